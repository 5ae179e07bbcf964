import { outcome } from '@keyhold/contract'
import {
  type Caller,
  ccgRootId,
  closeSession,
  createKey,
  createKeystore,
  type Invocation,
  type Kms,
  listSessions,
  openKms,
  openSession,
  type Ports,
  type Session,
  sessionKeyInfo,
  sign,
  succeedLock,
  verifySession,
} from '@keyhold/core'
import { openIntegrityKey } from '@keyhold/core/records/header.js'
import { Records } from '@keyhold/core/records/records.js'
import { agreeSessionKey, SessionKey } from '@keyhold/core/sessions/session-key.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import t from 'tap'
import { memoryPorts } from '../../support/memory-ports.ts'
import { propertyRuns } from '../../support/property-runs.ts'

const controller = 'did:example:alice'
const key = {
  id: `${controller}#key`,
  controller,
  kind: 'Ed25519',
  publicKey: new Uint8Array(32),
  verify: () => false,
} as const
const text = Buffer.from('what is authenticated')
const local: Caller = { kind: 'local' }

function openerOf({ url }: { readonly url: string }, action = 'openSession'): Caller {
  const invocation: Invocation = {
    dialect: 'ccg',
    action,
    capability: { rootId: ccgRootId({ url }) },
    capabilityHash: 'h',
  }
  return { kind: 'invoker', key, invocation }
}

/** A session of a new keystore, and the key that its opener has. */
async function opened(kms: Kms) {
  const keystore = await createKeystore(kms, local, { controller })
  const secret = x25519.utils.randomSecretKey()
  const publicKey = x25519.getPublicKey(secret)
  const { session, url, serverKey } = await openSession(kms, openerOf(keystore), { keystoreId: keystore.id, publicKey })
  const inUrl = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  const facts = { url, capabilityHash: 'h', openerKey: inUrl(publicKey), serverKey: inUrl(serverKey) }
  const macKey = hkdf(sha256, x25519.getSharedSecret(secret, serverKey), undefined, sessionKeyInfo(facts), 32)
  return { keystore, session, mac: (bytes: Uint8Array) => hmac(sha256, macKey, bytes) }
}

const proven = (kms: Kms, { keystoreId, id }: Session, mac: Uint8Array) =>
  outcome(() => verifySession(kms, { keystoreId, sessionId: id, text, mac }))

async function sharing(ports: Ports): Promise<Kms> {
  return openKms(ports)
}

t.test('both sides have the same key, which nothing else gives', async t => {
  const facts = { url: 'https://kms.example/v1/keystores/a/sessions/b', capabilityHash: 'hash' }
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const property = fc.asyncProperty(bytes, bytes, fc.string(), async (opener, server, other) => {
    const openerKey = x25519.getPublicKey(opener)
    const { secret, serverKey } = await agreeSessionKey(() => Uint8Array.from(server), openerKey, facts)
    const texts = {
      openerKey: Buffer.from(openerKey).toString('base64url'),
      serverKey: Buffer.from(serverKey).toString('base64url'),
    }
    const shared = x25519.getSharedSecret(opener, serverKey)
    const derived = (changed: object) =>
      Buffer.from(hkdf(sha256, shared, undefined, sessionKeyInfo({ ...facts, ...texts, ...changed }), 32))
    const own = secret.lend(each => Buffer.from(each))
    if (!own.equals(derived({}))) throw new Error('not the same')
    for (const name of ['url', 'capabilityHash', 'openerKey', 'serverKey']) {
      if (own.equals(derived({ [name]: `${other}!` }))) throw new Error(`${name} is not bound`)
    }
  })
  const { failed, counterexample, errorInstance } = await fc.check(property, propertyRuns)
  t.notOk(failed, JSON.stringify({ counterexample, error: String(errorInstance) }))
})

t.test('a key that is closed verifies nothing more', async t => {
  const { secret } = await agreeSessionKey(memoryPorts().random, x25519.getPublicKey(new Uint8Array(32).fill(1)), {
    url: 'u',
    capabilityHash: 'h',
  })
  const opened = new SessionKey(secret)
  t.equal(opened.verify(new Uint8Array(32), text), false)
  opened.close()
  t.throws(() => opened.verify(new Uint8Array(32), text))
  t.throws(() => secret.lend(() => undefined), 'it is wiped')
})

t.test('every process of a store opens the key, and a new server lock opens it as well', async t => {
  const ports = memoryPorts()
  const first = await sharing(ports)
  const { session, mac } = await opened(first)
  t.equal(await proven(first, session, mac(text)), 'done')
  t.equal(await proven(await sharing(ports), session, mac(text)), 'done')
  const { lock } = memoryPorts({ lockKeyByte: 2 })
  await succeedLock(ports, { lock, former: ports.lock }, { settle: async () => undefined })
  t.equal(await proven(await sharing({ ...ports, lock }), session, mac(text)), 'done')
})

t.test('keys of sessions cannot be exchanged, moved or have another end, also under tags of their own', async t => {
  const ports = memoryPorts()
  const kms = await sharing(ports)
  const [one, other] = [await opened(kms), await opened(kms)]
  const records = new Records(ports.store, await openIntegrityKey(ports))
  const put = async (session: Session) => {
    await records.removeSession(session).catch(() => undefined)
    await records.addSession(session)
    return sharing(ports)
  }
  const swapped = { ...one.session, lockedKey: other.session.lockedKey }
  t.equal(await proven(await put(swapped), swapped, one.mac(text)), 'LOCK_REJECTED')
  t.equal(await proven(await put(swapped), swapped, other.mac(text)), 'LOCK_REJECTED')
  const moved = { ...one.session, keystoreId: other.keystore.id }
  t.equal(await proven(await put(moved), moved, one.mac(text)), 'LOCK_REJECTED')
  t.equal(await proven(await put(one.session), one.session, one.mac(text)), 'done')
  const stored = await ports.store.find('sessions', one.keystore.id, one.session.id)
  if (stored === undefined) throw new Error('it is not there')
  await ports.store.add({ ...stored, ids: ['elsewhere'] })
  const renamed = { ...one.session, id: 'elsewhere' }
  t.equal(await proven(await sharing(ports), renamed, one.mac(text)), 'STORE_CORRUPT')
})

t.test('what a session may do is decided as for its capability', async t => {
  const ports = memoryPorts()
  const kms = await sharing(ports)
  const { keystore, session } = await opened(kms)
  const { id: keyId } = await createKey(kms, local, { keystoreId: keystore.id, keyType: 'ED25519' })
  const other = await createKeystore(kms, local, { controller })
  const { id: otherKeyId } = await createKey(kms, local, { keystoreId: other.id, keyType: 'ED25519' })
  const signs = (changed: Partial<Session>, address = { keystoreId: keystore.id, keyId }) =>
    outcome(async () =>
      sign(kms, { kind: 'session', session: { ...session, ...changed } }, { ...address, message: text }),
    )
  const { chain } = session
  const cases: [name: string, changed: Partial<Session>, expected: string][] = [
    ['as it is', {}, 'done'],
    ['another controller', { controller: 'did:example:bob' }, 'FORBIDDEN'],
    ['another keystore', { keystoreId: other.id }, 'FORBIDDEN'],
    ['another action', { chain: { ...chain, actions: ['verify'] } }, 'FORBIDDEN'],
    ['the action', { chain: { ...chain, actions: ['sign'] } }, 'done'],
    ['another target', { chain: { ...chain, target: other.url } }, 'FORBIDDEN'],
    ['the target', { chain: { ...chain, target: `${keystore.url}/keys/${keyId}` } }, 'done'],
    ['the end of the capability', { chain: { ...chain, expires: ports.clock.now() - 30_001 } }, 'FORBIDDEN'],
    ['another invoker', { chain: { ...chain, invokers: ['did:example:bob'] } }, 'FORBIDDEN'],
  ]
  for (const [name, changed, expected] of cases) t.equal(await signs(changed), expected, name)
  t.equal(await signs({}, { keystoreId: other.id, keyId: otherKeyId }), 'FORBIDDEN', 'in another keystore')
  const over: Caller = { kind: 'session', session }
  const publicKey = x25519.getPublicKey(new Uint8Array(32).fill(1))
  t.equal(await outcome(() => openSession(kms, over, { keystoreId: keystore.id, publicKey })), 'FORBIDDEN')
  t.equal(await outcome(() => listSessions(kms, over, keystore.id, 10)), 'FORBIDDEN')
  t.equal(await outcome(() => createKeystore(kms, over, { controller })), 'FORBIDDEN')
})

t.test('a capability that is too large opens none', async t => {
  const chain = { delegations: [{ id: 'urn:uuid:1', controllers: [controller] }], invokers: [controller] }
  const kms = await openKms(memoryPorts(), {
    capabilities: {
      policy: { maximumTtl: 60, clockSkew: 30 },
      resolveDid: async () => undefined,
      verifyCcgChain: async ({ actions }, { url }) => {
        return { ...chain, actions: actions as string[], target: url, expires: Number.POSITIVE_INFINITY }
      },
    },
  })
  const { id: keystoreId } = await createKeystore(kms, local, { controller })
  const publicKey = x25519.getPublicKey(new Uint8Array(32).fill(1))
  const open = (count: number) => {
    const capability = { delegated: { actions: Array.from({ length: count }, (_, index) => `action${index}`) } }
    const invocation = { dialect: 'ccg', action: 'openSession', capability, capabilityHash: String(count) } as const
    return outcome(() => openSession(kms, { kind: 'invoker', key, invocation }, { keystoreId, publicKey }))
  }
  t.equal(await open(500), 'done')
  t.equal(await open(1000), 'INVALID_REQUEST')
})

t.test('sessions that have ended are removed by whoever has opened them', async t => {
  const ports = memoryPorts()
  const kms = await sharing(ports)
  const { keystore, session, mac } = await opened(kms)
  const left = async () => (await ports.store.list('sessions', keystore.id, 10)).length
  ports.clock.advance(299_999)
  kms.purge()
  await new Promise(setImmediate)
  t.equal(await left(), 1)
  t.equal(await proven(kms, session, mac(text)), 'done')
  ports.clock.advance(1)
  t.equal(await proven(kms, session, mac(text)), 'UNAUTHENTICATED')
  kms.purge()
  await new Promise(setImmediate)
  t.equal(await left(), 0)
  const address = { keystoreId: keystore.id, sessionId: session.id }
  t.equal(await outcome(() => closeSession(kms, local, address)), 'SESSION_NOT_FOUND')
})

t.test('a store that does not answer opens nothing, and has it opened later', async t => {
  const ports = memoryPorts()
  const kms = await sharing(ports)
  const keystore = await createKeystore(kms, local, { controller })
  const publicKey = x25519.getPublicKey(new Uint8Array(32).fill(1))
  const open = () => outcome(() => openSession(kms, openerOf(keystore), { keystoreId: keystore.id, publicKey }))
  t.equal(
    await outcome(() => openSession(kms, openerOf(keystore, 'sign'), { keystoreId: keystore.id, publicKey })),
    'FORBIDDEN',
  )
  const { add } = ports.store
  ports.store.add = async () => {
    throw new Error('no')
  }
  t.not(await open(), 'done')
  ports.store.add = add
  t.equal(await open(), 'done')
})
