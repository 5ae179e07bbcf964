import { type Action, type ChainPolicy, isWithin, KmsError, type VerifiedChain } from '@keyhold/core'
import { checkInvocation } from '@keyhold/core/zcap/chain.js'
import t from 'tap'
import { trustblocKey } from '../../support/trustbloc.ts'

/** What a verified chain allows is checked on every request. */
const url = 'https://kms.example/v1/keystores/c0ekinlioud42c84qs8g'
const now = Date.UTC(2026, 0, 15, 12)
const policy: ChainPolicy = { maximumTtl: 86_400, clockSkew: 30 }
const skew = policy.clockSkew * 1000
const [invoker, stranger] = [trustblocKey(3), trustblocKey(4)] as const
const chain: VerifiedChain = {
  delegations: [{ id: 'urn:x', controllers: [invoker.id] }],
  invokers: [invoker.id],
  actions: ['sign', 'verify'],
  target: url,
  expires: now,
}

interface Request {
  readonly chain?: Partial<VerifiedChain>
  readonly invoked?: string
  readonly signer?: typeof invoker
  readonly action?: Action
  readonly requested?: string
  readonly at?: number
}

/** Why a request is refused; undefined if it is allowed. */
function refusal({
  chain: changes,
  invoked,
  signer = invoker,
  action = 'sign',
  requested = url,
  at = now,
}: Request): unknown {
  try {
    const invocation = { action: invoked ?? action, key: signer }
    checkInvocation({ ...chain, ...changes }, invocation, action, requested, policy, at)
    return undefined
  } catch (error) {
    if (error instanceof KmsError && error.code === 'FORBIDDEN') return error.cause
    throw error
  }
}

const { actions, ...unrestricted } = chain
const key = `${url}/keys/k1`
const other = 'another action is invoked than the route is for'
const notDelegated = 'the action is not delegated'
const outside = 'the request is outside the target of the capability'
const expired = 'the capability has expired'
const notInvoker = 'the signer is not the invoker'

const requests: readonly (readonly [name: string, request: Request, refusal?: string])[] = [
  ['the keystore', {}],
  ['a key', { requested: key }],
  ['another action that is delegated', { action: 'verify' }],
  ['an action that is invoked for another route', { invoked: 'verify' }, other],
  ['an action in capitals', { invoked: 'SIGN' }, other],
  ['an empty action', { invoked: '' }, other],
  ['an action that is not delegated', { action: 'exportKey' }, notDelegated],
  ['any action, if none is delegated', { chain: { actions: [] } }, notDelegated],
  ['an action that only begins like one that is', { chain: { actions: ['signMulti', 'sig', '*', ''] } }, notDelegated],

  ['the key that is the target', { chain: { target: key }, requested: key }],
  ['what is below the target', { chain: { target: key }, requested: `${key}/sign` }],
  ['the keystore of the target', { chain: { target: key } }, outside],
  ['another key', { chain: { target: key }, requested: `${url}/keys/k2` }, outside],
  ['a key whose name is longer', { chain: { target: key }, requested: `${key}0` }, outside],
  ['a key whose name is shorter', { chain: { target: `${key}0` }, requested: key }, outside],
  ['another keystore', { requested: 'https://kms.example/v1/keystores/other' }, outside],
  ['a keystore whose name is longer', { requested: `${url}0` }, outside],
  ['a target with a slash at its end', { chain: { target: `${url}/` }, requested: key }, outside],
  ['an empty target', { chain: { target: '' }, requested: key }, outside],
  ['a target in capitals', { chain: { target: url.toUpperCase() } }, outside],

  ['the last moment', { at: now + skew }],
  ['a moment later', { at: now + skew + 1 }, expired],
  ['a chain without an end', { chain: { expires: Number.POSITIVE_INFINITY }, at: Number.MAX_SAFE_INTEGER }],

  ['a stranger', { signer: stranger }, notInvoker],
  ['a bare DID as the invoker', { chain: { invokers: [invoker.controller] } }],
  ['a bare DID of a stranger', { chain: { invokers: [stranger.controller] } }, notInvoker],
  ['the last of several invokers', { chain: { invokers: [stranger.id, invoker.id] } }],
  ['none of several', { chain: { invokers: [stranger.id, stranger.controller] } }, notInvoker],
  ['another key of the same DID', { chain: { invokers: [`${invoker.controller}#other`] } }, notInvoker],
  [
    'a DID that only begins like that of the invoker',
    { chain: { invokers: [invoker.controller.slice(0, -1)] } },
    notInvoker,
  ],
  ['nobody', { chain: { invokers: [] } }, notInvoker],
  ['an invoker of no name', { chain: { invokers: [''] } }, notInvoker],
]

for (const [name, request, reason] of requests) t.equal(refusal(request), reason, name)

void t.test('every action, if none is listed', async t => {
  const invocation = { action: 'exportKey', key: invoker }
  t.doesNotThrow(() => checkInvocation(unrestricted, invocation, 'exportKey', url, policy, now))
})

void t.test('within a URL', async t => {
  const within: readonly (readonly [url: string, target: string, is: boolean])[] = [
    [url, url, true],
    [key, url, true],
    [url, key, false],
    [`${url}0`, url, false],
    [`${url}?x`, url, false],
    [`${url}#x`, url, false],
    [`${url}/`, url, true],
    [url, `${url}/`, false],
    [url, '', false],
    ['/x', '', true],
  ]
  for (const [each, target, is] of within) t.equal(isWithin(each, target), is, `${each} in ${target}`)
})
