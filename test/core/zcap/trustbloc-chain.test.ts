import { type ChainPolicy, KmsError, type Root, resolveSelfContainedDid, type TrustblocCapability } from '@keyhold/core'
import { verifyTrustblocChain } from '@keyhold/core/zcap/trustbloc/verify-chain.js'
import t from 'tap'
import { type Changes, delegation, type TrustblocKey, trustblocKey } from '../../support/trustbloc.ts'

/** Where a capability of the TrustBloc dialect comes from, and what is answered of it. */
const url = 'https://kms.example/v1/keystores/c0ekinlioud42c84qs8g'
const now = Date.UTC(2026, 0, 15, 12)
const policy: ChainPolicy = { maximumTtl: 30 * 86_400, clockSkew: 30 }
const life = policy.maximumTtl * 1000
const skew = policy.clockSkew * 1000
const [owner, delegate, stranger] = [trustblocKey(2), trustblocKey(3), trustblocKey(4)] as const
const root: Root = { url, controller: owner.id }
const id = 'urn:uuid:11111111-2222-4333-8444-555555555555'

function delegated(
  changes: Changes = {},
  by: TrustblocKey = owner,
  created = timeOf(now),
): Promise<TrustblocCapability> {
  return delegation(url, by, delegate.id, created, changes)
}

function timeOf(time: number): string {
  return new Date(time).toISOString()
}

/** The facts of a chain, or why it is refused. */
async function factsOf(capability: TrustblocCapability, under = root): Promise<unknown> {
  try {
    return await verifyTrustblocChain(capability, under, policy, now, resolveSelfContainedDid)
  } catch (error) {
    if (error instanceof KmsError && error.code === 'FORBIDDEN') return error.cause
    throw error
  }
}

const rootFacts = { delegations: [], invokers: [owner.id], target: url, expires: Number.POSITIVE_INFINITY }
const facts = {
  delegations: [{ id, controllers: [delegate.id] }],
  invokers: [delegate.id],
  actions: ['sign'],
  target: url,
  expires: now + life,
}

void t.test('a root is what is stored, whatever is sent', async t => {
  const asRoot = { parentCapability: undefined, id: url }
  const sent: readonly (readonly [name: string, capability: TrustblocCapability])[] = [
    ['by the controller', await delegated({ capability: { ...asRoot, invoker: owner.id } })],
    ['by a stranger for a stranger', await delegated({ capability: { ...asRoot, invoker: stranger.id } }, stranger)],
    ['of more actions', await delegated({ capability: { ...asRoot, allowedAction: undefined } }, stranger)],
    [
      'of another target',
      await delegated({ capability: { ...asRoot, invocationTarget: { ID: 'urn:x', Type: '' } } }, stranger),
    ],
    ['that has ended', await delegated({ capability: { ...asRoot, expires: timeOf(0) } }, stranger)],
  ]
  for (const [name, capability] of sent) t.strictSame(await factsOf(capability), rootFacts, name)
  for (const other of [`${url}0`, `${url}/`, `${url}/keys/k1`, 'https://kms.example/v1/keystores/other', id]) {
    const capability = await delegated({ capability: { ...asRoot, id: other } })
    t.equal(await factsOf(capability), 'the capability is the root of something else', other)
  }
})

void t.test('a delegation is what its controller has signed', async t => {
  t.strictSame(await factsOf(await delegated()), facts)
  const bare = { url, controller: owner.controller }
  t.strictSame(await factsOf(await delegated(), bare), facts, 'by any key of the DID that is the controller')
  const { actions, ...unrestricted } = facts
  t.strictSame(await factsOf(await delegated({ capability: { allowedAction: undefined } })), unrestricted)
  const none = await delegated({ capability: { allowedAction: [] } })
  t.strictSame(await factsOf(none), { ...facts, actions: [] }, 'an empty list allows nothing')
  const target = `${url}/keys/k1`
  const narrower = await delegated({ capability: { invocationTarget: { ID: target, Type: 'urn:kms:key' } } })
  t.strictSame(await factsOf(narrower), { ...facts, target })
  const byDid = await delegated({ capability: { invoker: delegate.controller } })
  t.strictSame(await factsOf(byDid), {
    ...facts,
    delegations: [{ id, controllers: [delegate.controller] }],
    invokers: [delegate.controller],
  })
  const parties = await delegated({ capability: { controller: stranger.id, delegator: stranger.id } })
  t.strictSame(await factsOf(parties), facts, 'the invoker alone is believed, not who else is named')
})

void t.test('refused', async t => {
  const notBelow = 'the capability is not a delegation of this root'
  const notByController = 'the delegation is not by the controller'
  const invalid = 'the proof of the delegation is not valid'
  const outside = 'the target is not in the keystore'
  const other = 'https://kms.example/v1/keystores/other'
  const signedAs = (key: TrustblocKey): TrustblocKey => ({ ...stranger, id: key.id })
  const refused: readonly (readonly [name: string, capability: TrustblocCapability, reason: string])[] = [
    ['by a stranger', await delegated({}, stranger), notByController],
    ['by whom it is for', await delegated({}, delegate), notByController],
    ['by a stranger who names the controller’s key', await delegated({}, signedAs(owner)), invalid],
    [
      'by a stranger who is the delegator',
      await delegated({ capability: { delegator: stranger.id } }, stranger),
      notByController,
    ],
    [
      'by a stranger who is the controller',
      await delegated({ capability: { controller: stranger.id } }, stranger),
      notByController,
    ],
    [
      'by a key of no method',
      await delegated({ proof: { verificationMethod: 'did:web:kms.example#k' } }),
      notByController,
    ],
    [
      'by a key that the DID does not have',
      await delegated({ proof: { verificationMethod: `${owner.controller}#x` } }),
      notByController,
    ],
    ['of another parent', await delegated({ capability: { parentCapability: other } }), notBelow],
    ['of a parent that is a key', await delegated({ capability: { parentCapability: `${url}/keys/k1` } }), notBelow],
    ['of a delegation', await delegated({ capability: { parentCapability: id } }), notBelow],
    ['that is its own parent', await delegated({ capability: { id: url } }), notBelow],
    ['without a chain', await delegated({ proof: { capabilityChain: undefined } }), notBelow],
    ['with an empty chain', await delegated({ proof: { capabilityChain: [] } }), notBelow],
    ['with the chain of another', await delegated({ proof: { capabilityChain: [other] } }), notBelow],
    ['with a chain of two', await delegated({ proof: { capabilityChain: [url, id] } }), notBelow],
    ['with a chain of two, the root last', await delegated({ proof: { capabilityChain: [id, url] } }), notBelow],
    [
      'two below the root',
      await delegated({ capability: { parentCapability: id }, proof: { capabilityChain: [url, id] } }),
      notBelow,
    ],
    ['for nobody', await delegated({ capability: { invoker: undefined } }), 'the delegation names no invoker'],
    [
      'for nobody but a controller',
      await delegated({ capability: { invoker: undefined, controller: delegate.id } }),
      'the delegation names no invoker',
    ],
    ...(await Promise.all(
      ['', 'urn:x', other, `${url}0`, 'https://kms.example/v1/keystores', `${url}?x`, url.toUpperCase()].map(
        async ID =>
          [
            `of the target ${ID}`,
            await delegated({ capability: { invocationTarget: { ID, Type: '' } } }),
            outside,
          ] as const,
      ),
    )),
    ['made in the future', await delegated({}, owner, timeOf(now + skew + 1)), 'the delegation was made in the future'],
  ]
  for (const [name, capability, reason] of refused) t.equal(await factsOf(capability), reason, name)
  for (const controller of [
    stranger.id,
    stranger.controller,
    `${owner.controller}#x`,
    `${owner.id}x`,
    '',
    'did:key:',
  ]) {
    t.equal(await factsOf(await delegated(), { url, controller }), notByController, `a root of ${controller}`)
  }
  t.equal(await factsOf(await delegated(), { ...root, url: other }), notBelow, 'under another root')
})

void t.test('nothing that is signed can be changed', async t => {
  const capability = await delegated({
    capability: { controller: 'did:x:c', delegator: 'did:x:d', expires: timeOf(now + 3_600_000) },
    proof: { challenge: 'challenge', domain: 'domain' },
  })
  const [proof] = capability.proof
  const [header = '', signature = ''] = proof.jws.split('..')
  const changed: readonly Partial<Record<keyof TrustblocCapability, unknown>>[] = [
    { id: `${id}0` },
    { invoker: stranger.id },
    { controller: stranger.id },
    { controller: undefined },
    { delegator: stranger.id },
    { delegator: undefined },
    { allowedAction: ['sign', 'verify'] },
    { allowedAction: ['verify'] },
    { allowedAction: [] },
    { allowedAction: undefined },
    { expires: timeOf(now + 3_600_001) },
    { expires: undefined },
    // The members of a proof.
    ...[
      { created: timeOf(now + 1) },
      { created: timeOf(now).replace('.000', '') },
      { verificationMethod: owner.controller },
      { nonce: 'AAAB' },
      { nonce: undefined },
      { challenge: 'other' },
      { challenge: undefined },
      { domain: 'other' },
      { domain: undefined },
      { challenge: 'domain', domain: 'challenge' },
      { jws: `${Buffer.from('{"alg":"","b64":false,"crit":["b64"]}').toString('base64url')}..${signature}` },
      { jws: `${Buffer.from('{"alg":"EdDSA","b64":true,"crit":["b64"]}').toString('base64url')}..${signature}` },
      { jws: `${Buffer.from('{"alg":"none","b64":false,"crit":["b64"]}').toString('base64url')}..${signature}` },
      { jws: `${Buffer.from('null').toString('base64url')}..${signature}` },
      { jws: `AAAA..${signature}` },
      { jws: `${header}..${signature.replace(/^./, first => (first === 'A' ? 'B' : 'A'))}` },
      { jws: `${header}..${'A'.repeat(86)}` },
    ].map(members => ({ proof: [{ ...proof, ...members }] })),
  ]
  t.strictSame(await factsOf(capability), { ...facts, expires: now + 3_600_000 }, 'as it is')
  for (const members of changed) {
    const json: unknown = JSON.parse(JSON.stringify({ ...capability, ...members }))
    t.equal(
      await factsOf(json as TrustblocCapability),
      'the proof of the delegation is not valid',
      JSON.stringify(members).slice(0, 100),
    )
  }
})

void t.test('what is not signed can, and gives nothing that was not given', async t => {
  const capability = await delegated({ capability: { caveats: [{ type: 'expiry', duration: 60 }] } })
  t.strictSame(await factsOf(capability), { ...facts, expires: now + 60_000 })
  t.strictSame(await factsOf({ ...capability, caveats: null }), facts, 'a caveat can be taken away')
  const target = `${url}/keys/k1`
  const moved = { ...capability, invocationTarget: { ID: target, Type: 'x' } }
  t.strictSame(
    await factsOf(moved),
    { ...facts, target, expires: now + 60_000 },
    'a target can be changed, inside the keystore',
  )
})

void t.test('the end is the earliest there is', async t => {
  const day = 86_400
  const cases: readonly (readonly [name: string, changes: Changes, created: number, end: number])[] = [
    ['the longest life', {}, now, now + life],
    ['the longest life, of one made long ago', {}, now - life, now],
    ['made as far in the future as clocks may differ', {}, now + skew, now + skew + life],
    ['a caveat', { capability: { caveats: [{ type: 'expiry', duration: day }] } }, now, now + day * 1000],
    [
      'a caveat counts from when it was made',
      { capability: { caveats: [{ type: 'expiry', duration: 60 }] } },
      now - 30_000,
      now + 30_000,
    ],
    ['a caveat of nothing', { capability: { caveats: [{ type: 'expiry', duration: 0 }] } }, now, now],
    ['a caveat of less than nothing', { capability: { caveats: [{ type: 'expiry', duration: -1 }] } }, now, now - 1000],
    [
      'a caveat that is longer than any life',
      { capability: { caveats: [{ type: 'expiry', duration: Number.MAX_SAFE_INTEGER }] } },
      now,
      now + life,
    ],
    [
      'the earliest of two caveats',
      {
        capability: {
          caveats: [
            { type: 'expiry', duration: 60 },
            { type: 'expiry', duration: 30 },
          ],
        },
      },
      now,
      now + 30_000,
    ],
    ['no caveats', { capability: { caveats: [] } }, now, now + life],
    ['an end of its own', { capability: { expires: timeOf(now + 1) } }, now, now + 1],
    ['an end that is later than any life', { capability: { expires: timeOf(now + life + 1) } }, now, now + life],
    ['an end before it was made', { capability: { expires: timeOf(now - 1) } }, now, now - 1],
    [
      'an end of its own before that of a caveat',
      { capability: { expires: timeOf(now + 1), caveats: [{ type: 'expiry', duration: 60 }] } },
      now,
      now + 1,
    ],
  ]
  for (const [name, changes, created, expires] of cases) {
    t.strictSame(await factsOf(await delegated(changes, owner, timeOf(created))), { ...facts, expires }, name)
  }
})
