import { type Action, invalidRequest, type KeyTypeName } from '@keyhold/core'
import { type BatchOperation, operationOfItem } from './batch-operations.ts'
import { type Reference, referencesIn } from './references.ts'

/** An item as it is sent, and as its schema says. */
export interface SentItem {
  readonly id?: string
  readonly operation: string
  readonly key?: string | (Reference & { readonly key_type: KeyTypeName })
  readonly answer?: boolean
  readonly [member: string]: unknown
}

/** One thing that is done with one key, or with the keystore alone, by some of the items. */
export interface Use {
  readonly action: Action
  readonly keyId?: string
}

export interface Step {
  readonly operation: BatchOperation
  readonly body: object
  /** What it is made from. */
  readonly references: readonly Reference[]
  readonly contentKey?: Reference & { readonly key_type: KeyTypeName }
  readonly use?: Use
  readonly id?: string
  readonly isAnswered: boolean
  /** Whether an item behind it refers to what it makes. */
  isKept: boolean
}

export interface Plan {
  readonly steps: readonly Step[]
  /** Each once. */
  readonly uses: readonly Use[]
}

/** Each of them is looked for, and decided about, before anything is done. */
const mostUses = 100

/**
 * What a batch asks for, in an order in which it can be done: items are made from nothing but what stands before them.
 *
 * @throws KmsError INVALID_REQUEST
 */
export function readPlan(items: readonly SentItem[]): Plan {
  const steps: Step[] = []
  const named = new Map<string, Step>()
  const uses = new Map<string, Use>()
  for (const [index, item] of items.entries()) {
    const step = readStep(item, uses)
    for (const { from, member } of step.references) {
      const source = named.get(from)
      if (source === undefined) throw wrong(index, 'from: no item before it has this id')
      if (!source.operation.members.has(member)) throw wrong(index, 'member: what it is from answers no such bytes')
      source.isKept = true
    }
    if (step.id !== undefined && named.has(step.id)) throw wrong(index, 'id: another item has it')
    if (step.id !== undefined) named.set(step.id, step)
    steps.push(step)
  }
  if (uses.size === 0) throw invalidRequest('items: none of them asks for anything of this keystore')
  if (uses.size > mostUses) throw invalidRequest(`items: at most ${mostUses} pairs of key and operation`)
  return { steps, uses: [...uses.values()] }
}

function readStep(item: SentItem, uses: Map<string, Use>): Step {
  const { id, operation: name, key, answer = true, ...body } = item
  const operation = operationOfItem({ operation: name, key })
  const references = referencesIn(body)
  const common = { operation, body, ...(id !== undefined && { id }), isAnswered: answer, isKept: false }
  if (typeof key === 'object') return { ...common, contentKey: key, references: [key, ...references] }
  if (operation.action === undefined) return { ...common, references }
  const use = { action: operation.action, ...(key !== undefined && { keyId: key }) }
  const place = JSON.stringify(use)
  const known = uses.get(place) ?? use
  uses.set(place, known)
  return { ...common, references, use: known }
}

function wrong(index: number, what: string): Error {
  return invalidRequest(`items.${index}.${what}`)
}
