import type { Entry } from './entry.ts'
import type { Tip } from './line.ts'

/** What is wrong with a log, and where. */
export interface Fault {
  readonly kind: /** Entries from `seq` to `to` are not there. */
    | 'missing'
    /** An entry is not the one that was written. */
    | 'changed'
    /** An entry stands behind an older one of its chain. */
    | 'reordered'
    /** An entry stands there twice. */
    | 'repeated'
    /** The signature of the last entry of a chain does not hold, or is not by the expected key. */
    | 'unsigned'
    /** Line `line` is no entry. */
    | 'unreadable'
    /** A record of the store is not what was written: entries of it are missing besides. */
    | 'damaged'
  readonly chain?: string
  readonly seq?: number
  readonly to?: number
  readonly line?: number
  readonly record?: string
}

/** What is known of a chain beside its entries. */
export interface Claims {
  /** Entries that others name: there must be these, with these hashes. */
  readonly named: readonly Tip[]
  /** Whether its last entry is a signature that does not hold. */
  readonly isUnsigned: boolean
}

/**
 * Compares the entries of one chain, the latest first, with each other and with what others say of them. What is
 * changed is found by the hash that the entry after it has, or that somebody else names.
 */
export function* checkChain(chain: string, entries: readonly Entry[], claims: Claims): Generator<Fault> {
  const { named } = claims
  const bySeq = new Map<number, Entry>()
  const order: number[] = []
  for (const entry of entries) {
    const { seq } = entry
    if (bySeq.has(seq)) {
      yield { kind: 'repeated', chain, seq }
      continue
    }
    order.push(seq)
    bySeq.set(seq, entry)
  }
  const sorted = order.toSorted((a, b) => b - a)
  const displaced = sorted.find((seq, index) => seq !== order[index])
  if (displaced !== undefined) yield { kind: 'reordered', chain, seq: displaced }

  const missing = (from: number, to: number): Fault => ({ kind: 'missing', chain, seq: from, to })
  const last = Math.max(0, ...named.map(({ seq }) => seq))
  const top = sorted[0] ?? 0
  if (top < last) yield missing(top + 1, last)

  const changed = new Set<number>(claims.isUnsigned ? [top] : [])
  const isAsNamed = ({ seq, hash }: Tip) => (bySeq.get(seq)?.hash ?? hash) === hash
  const disputed = new Set(named.filter(tip => !isAsNamed(tip)).map(({ seq }) => seq))
  let after: Entry | undefined
  for (const seq of sorted) {
    const entry = bySeq.get(seq) as Entry
    if (after !== undefined && after.seq - seq > 1) yield missing(seq + 1, after.seq - 1)
    // What a changed entry says of the one before it counts for nothing.
    const follower = after?.seq === seq + 1 && !changed.has(after.seq) ? after : undefined
    const isOther = (hash: string | null | undefined) => hash !== undefined && hash !== entry.hash
    const isWrong = isOther(follower?.prev) || disputed.has(seq) || !isInPlace(entry, seq === top)
    if (isWrong && !changed.has(seq)) {
      changed.add(seq)
      yield { kind: 'changed', chain, seq }
    }
    after = entry
  }
  if (after !== undefined && after.seq > 1) yield missing(1, after.seq - 1)
}

/** A chain begins with one kind of entry, and may end with another: neither stands anywhere else. */
function isInPlace({ seq, prev, content }: Entry, isLast: boolean): boolean {
  const isFirst = seq === 1
  return (content.type === 'begin') === isFirst && (prev === null) === isFirst && (content.type !== 'head' || isLast)
}
