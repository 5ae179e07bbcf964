import { verifyCcgChain } from '@keyhold/adapters'
import t from 'tap'
import { hour, keyAt, leafOf, link, now, policy, root, suites, timeOf, url } from '../support/ccg-chain.ts'
import type { Capability, Suite } from '../support/ccg-delegation.ts'

/** Chains that Digital Bazaar's own libraries make are accepted, and what is answered of them is what they say. */
const actions = ['sign', 'verify', 'encrypt', 'decrypt', 'createKey']
const targets = [url, `${url}/keys`, `${url}/keys/k1`, `${url}/keys/k1`, `${url}/keys/k1/sign`]

const turns: readonly (readonly [name: string, suiteOf: (index: number) => Suite])[] = [
  ...suites.map(suite => [suite, () => suite] as const),
  ['suites in turn', index => suites[index % 2 === 0 ? 0 : 1]],
]

for (const [name, suiteOf] of turns) {
  for (const depth of [1, 2, 3, 4, 5]) {
    void t.test(`${name}: a chain of ${depth}`, async t => {
      const leaf = await narrowingLeaf(depth, suiteOf)
      const before = JSON.stringify(leaf)
      t.strictSame(await verifyCcgChain(leaf, root, policy, now), {
        delegations: targets.slice(0, depth).map((_, index) => ({
          id: `urn:uuid:link-${index}`,
          controllers: [keyAt(index + 1).did],
        })),
        invokers: [keyAt(depth).did],
        actions: actions.slice(0, 6 - depth),
        target: targets[depth - 1],
        expires: now + (24 - depth) * hour,
      })
      t.equal(JSON.stringify(leaf), before, 'and the capability is left as it was')
    })
  }
}

void t.test('a delegation that restricts nothing allows every action on the whole keystore', async t => {
  const { actions, target } = await verifyCcgChain(await link(url, 0), root, policy, now)
  t.equal(actions, undefined)
  t.equal(target, url)
})

void t.test('an action may stand alone, and first anywhere on the chain', async t => {
  const leaf = await leafOf([{}, { allowedAction: ['sign', 'verify'] }, { allowedAction: 'sign' }])
  t.strictSame((await verifyCcgChain(leaf, root, policy, now)).actions, ['sign'])
})

void t.test('controllers may be several, DIDs or URLs of their keys', async t => {
  const controllers = [keyAt(1).url, keyAt(2).did, 'did:jwk:eyJrdHkiOiJPS1AifQ#0']
  const first = await link(url, 0, {}, { to: controllers })
  t.strictSame((await verifyCcgChain(first, root, policy, now)).invokers, controllers)
  for (const index of [1, 2]) {
    const second = await link(first, index)
    t.strictSame((await verifyCcgChain(second, root, policy, now)).delegations[0]?.controllers, controllers)
  }
})

void t.test('a root that is controlled by a single key may be delegated by that key', async t => {
  const leaf = await link(url, 0)
  const { invokers } = await verifyCcgChain(leaf, { url, controller: keyAt(0).url }, policy, now)
  t.strictSame(invokers, [keyAt(1).did])
})

void t.test('times at their limits', async t => {
  const life = policy.maximumTtl * 1000
  const skew = policy.clockSkew * 1000
  const cases: readonly [name: string, created: number, expires: number][] = [
    ['the longest life', now, now + life],
    ['made as far in the future as clocks may differ, for the longest life', now + skew, now + skew + life],
    ['expired for as long as clocks may differ', now - hour, now - skew],
    ['expires when it is made', now, now],
  ]
  for (const [name, created, expires] of cases) {
    const leaf = await link(url, 0, { expires: timeOf(expires) }, { created })
    t.equal((await verifyCcgChain(leaf, root, policy, now)).expires, expires, name)
  }
})

void t.test('many at once do not disturb each other', async t => {
  const leaves = await Promise.all(
    turns.flatMap(([, suiteOf]) => [1, 2, 3].map(depth => narrowingLeaf(depth, suiteOf))),
  )
  const forged = leaves.map(leaf => ({ ...leaf, controller: keyAt(6).did }))
  const outcomes = await Promise.allSettled(
    [...leaves, ...forged].map(capability => verifyCcgChain(capability, root, policy, now)),
  )
  t.strictSame(
    outcomes.map(({ status }) => status),
    [...leaves.map(() => 'fulfilled'), ...forged.map(() => 'rejected')],
  )
})

/** Each link lives an hour less than its parent and has an action less. */
function narrowingLeaf(depth: number, suiteOf: (index: number) => Suite): Promise<Capability> {
  const members = targets.slice(0, depth).map((invocationTarget, index) => ({
    id: `urn:uuid:link-${index}`,
    invocationTarget,
    allowedAction: actions.slice(0, 5 - index),
    expires: timeOf(now + (23 - index) * hour),
  }))
  return leafOf(members, suiteOf)
}
