import type { KeyStorePort, StoredRecord } from '../ports/index.ts'
import { MoveError } from './move-error.ts'
import { type Place, pagesOf } from './places.ts'

export function isSame(one: StoredRecord, other: StoredRecord): boolean {
  return (
    one.collection === other.collection &&
    one.scope === other.scope &&
    one.revision === other.revision &&
    one.ids.length === other.ids.length &&
    one.ids.every((id, index) => id === other.ids[index]) &&
    Buffer.compare(one.body, other.body) === 0
  )
}

/** A record as an operator can look for it. */
export function named({ collection, scope, ids: [id] }: StoredRecord): string {
  return `${collection}${scope === '' ? '' : ` of ${scope}`}: ${id}`
}

/**
 * Compares what two stores have at a place, record by record.
 *
 * @param onSame is told about each record that both have
 * @throws MoveError that names the first difference
 */
export async function comparePlace(
  from: KeyStorePort,
  to: KeyStorePort,
  place: Place,
  onSame: (record: StoredRecord) => void,
): Promise<void> {
  const ours = recordsOf(from, place)
  const theirs = recordsOf(to, place)
  let [one, other] = [await ours.next(), await theirs.next()]
  while (!one.done || !other.done) {
    const order = one.done ? 1 : other.done ? -1 : byteOrder(one.value, other.value)
    if (order < 0 && !one.done) throw new MoveError(`the target lacks a record of the source (${named(one.value)})`)
    if (order > 0 && !other.done) throw new MoveError(`the target has a record of its own (${named(other.value)})`)
    if (one.done || other.done) continue
    if (!isSame(one.value, other.value)) throw differs(one.value)
    onSame(one.value)
    ;[one, other] = [await ours.next(), await theirs.next()]
  }
}

export function differs(record: StoredRecord): MoveError {
  return new MoveError(`a record of the target differs from the one of the source (${named(record)})`)
}

async function* recordsOf(store: KeyStorePort, place: Place): AsyncGenerator<StoredRecord, undefined> {
  for await (const page of pagesOf(store, place)) yield* page
}

function byteOrder({ ids: [one] }: StoredRecord, { ids: [other] }: StoredRecord): number {
  return Buffer.compare(Buffer.from(one, 'utf8'), Buffer.from(other, 'utf8'))
}
