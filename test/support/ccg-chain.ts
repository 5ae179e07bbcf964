import { ccgRootId } from '@keyhold/core'
import { type Capability, type CcgKey, ccgKey, type Delegation, delegate, type Suite } from './ccg-delegation.ts'

/** A keystore, its controller and those to whom it delegates, at one moment. */
export const url = 'https://kms.example/v1/keystores/c0ekinlioud42c84qs8g'
export const rootId = ccgRootId({ url })
export const now = Date.UTC(2026, 0, 15, 12)
export const hour = 3_600_000
export const policy = { maximumTtl: 30 * 86_400, clockSkew: 30 }
export const suites = ['Ed25519Signature2020', 'eddsa-rdfc-2022'] as const

const keys = await Promise.all([1, 2, 3, 4, 5, 6, 7].map(seed => ccgKey(seed)))

/** The controller of the root is the first, the controller of the first delegation the next, and so on. */
export function keyAt(index: number): CcgKey {
  const key = keys[index]
  if (key === undefined) throw new Error('there are not so many keys')
  return key
}

export const root = { url, controller: keyAt(0).did }

export function timeOf(time: number): string {
  return new Date(time).toISOString()
}

/** A delegation that is in order but for what is said otherwise, by the key at an index to the next. */
export function link(
  parent: string | Capability,
  index: number,
  members: Capability = {},
  delegation: Partial<Delegation> = {},
): Promise<Capability> {
  const expires = typeof parent === 'string' ? timeOf(now + hour) : parent['expires']
  return delegate(parent, {
    by: keyAt(index),
    to: keyAt(index + 1).did,
    created: now - hour,
    members: { expires, ...members },
    ...delegation,
  })
}

/** The last of the delegations down from the root, with the members that are given for each. */
export async function leafOf(
  members: readonly Capability[],
  suiteOf: (index: number) => Suite = () => 'Ed25519Signature2020',
): Promise<Capability> {
  let leaf: string | Capability = url
  for (const [index, each] of members.entries()) leaf = await link(leaf, index, each, { suite: suiteOf(index) })
  if (typeof leaf === 'string') throw new Error('there is no delegation')
  return leaf
}
