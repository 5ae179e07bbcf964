import { readCapability } from '@keyhold/client'
import { delegateTrustbloc, isProvenTrustbloc, readTrustblocCapability, resolveSelfContainedDid } from '@keyhold/core'
import t from 'tap'
import { openSignedServer, type SigningCaller, sharedPorts } from '../../support/signing-caller.ts'

const day = 86_400_000
const sign = { message: 'aGVsbG8=' }
const ports = sharedPorts()

/** Delegates everything that a root allows, for a month. */
async function delegated(root: object, by: SigningCaller, to: SigningCaller, expires = 30 * day) {
  const parent = readTrustblocCapability(root)
  if (parent === undefined) throw new Error('not a root')
  const now = ports.clock.now()
  return delegateTrustbloc(parent, { to: to.did, expires: now + expires, now }, by.signer, ports.random)
}

async function signingKey(caller: SigningCaller, keystore: { url: string; root: object }): Promise<string> {
  const { body } = await caller.send('POST', `${keystore.url}/keys`, { key_type: 'ED25519' }, keystore.root)
  return body.key_url
}

t.test('the root capability of a new keystore is its controller’s, and proven by the server', async t => {
  const server = await openSignedServer(t, ports)
  const [alice, bob] = [await server.caller(), await server.caller()]
  const [one, other] = [await alice.keystore(), await bob.keystore()]
  const root = readTrustblocCapability(one.root)
  t.strictSame(Object.keys(one.root), [
    '@context',
    'id',
    'invoker',
    'allowedAction',
    'invocationTarget',
    'caveats',
    'proof',
  ])
  t.match(root, {
    id: one.url,
    invoker: alice.did,
    invocationTarget: { ID: one.url, Type: 'urn:kms:keystore' },
    caveats: null,
  })
  t.equal(root?.allowedAction?.length, 23)
  const [proof] = root?.proof ?? []
  const key = await resolveSelfContainedDid(proof?.verificationMethod ?? '')
  t.ok(root !== undefined && key !== undefined && (await isProvenTrustbloc(root, key)))
  const method = readTrustblocCapability(other.root)?.proof[0].verificationMethod
  t.equal(method, proof?.verificationMethod, 'the server has one key for all roots')
})

t.test('a keystore is shown to its controller alone', async t => {
  const server = await openSignedServer(t, ports)
  const [alice, bob] = [await server.caller(), await server.caller()]
  const { url, root } = await alice.keystore()
  const shown = await alice.send('GET', url)
  t.match(shown, { status: 200, body: { key_store_url: url, controller: alice.did, state: 'active', revision: 1 } })
  t.strictSame(await readCapability(shown.body.capability), root)
  const refused = await bob.send('GET', url)
  t.match(refused, { status: 403, body: { code: 'FORBIDDEN' } })
  t.strictSame(await bob.send('GET', `${url}x`), refused, 'one that is not there looks the same')
})

t.test('a keystore is handed over: the old root stops, the new one works', async t => {
  const server = await openSignedServer(t, ports)
  const [alice, bob, carol] = [await server.caller(), await server.caller(), await server.caller()]
  const keystore = await alice.keystore()
  const key = await signingKey(alice, keystore)
  const toCarol = await delegated(keystore.root, alice, carol)
  t.equal((await carol.send('POST', `${key}/sign`, sign, toCarol)).status, 200)
  const refusals = [
    ['by a stranger', bob, { controller: bob.did, revision: 2 }, 403, 'FORBIDDEN'],
    ['the same revision', alice, { controller: bob.did, revision: 1 }, 409, 'CONFLICT'],
    ['a revision too far', alice, { controller: bob.did, revision: 3 }, 409, 'CONFLICT'],
    ['to nobody', alice, { controller: '', revision: 2 }, 400, 'INVALID_REQUEST'],
    ['without a revision', alice, { controller: bob.did }, 400, 'INVALID_REQUEST'],
    ['with something unknown', alice, { controller: bob.did, revision: 2, state: 'x' }, 400, 'INVALID_REQUEST'],
  ] as const
  for (const [name, caller, body, status, code] of refusals) {
    t.match(await caller.send('POST', keystore.url, body), { status, body: { code } }, name)
  }
  t.match((await alice.send('GET', keystore.url)).body, { controller: alice.did, revision: 1 }, 'nothing was changed')

  const handed = await alice.send('POST', keystore.url, { controller: bob.did, revision: 2 })
  t.match(handed, { status: 200, body: { controller: bob.did, revision: 2 } })
  const root = await readCapability(handed.body.capability)
  t.equal((await bob.send('POST', `${key}/sign`, sign, root)).status, 200)
  t.equal(
    (await bob.send('POST', `${key}/sign`, sign, keystore.root)).status,
    200,
    'the store decides what the root is',
  )
  t.equal((await alice.send('POST', `${key}/sign`, sign, keystore.root)).status, 403)
  t.equal((await alice.send('POST', `${key}/sign`, sign, root)).status, 403)
  t.equal((await carol.send('POST', `${key}/sign`, sign, toCarol)).status, 403, 'what the old controller delegated')
  t.equal((await alice.send('GET', keystore.url)).status, 403)
})

t.test('a revocation is in force at once, on every server that shares the store', async t => {
  const [server, neighbour] = [await openSignedServer(t, ports), await openSignedServer(t, ports)]
  const [alice, bob] = [await server.caller(), await server.caller()]
  const mallory = await server.caller()
  const keystore = await alice.keystore()
  const key = await signingKey(alice, keystore)
  const toBob = await delegated(keystore.root, alice, bob)
  const revocation = `${keystore.url}/zcaps/revocations/${encodeURIComponent(toBob.id)}`
  t.equal((await bob.send('POST', `${key}/sign`, sign, toBob)).status, 200, 'the chain is verified, and remembered')

  t.equal((await mallory.send('POST', revocation, toBob)).status, 403, 'by a stranger')
  t.equal((await alice.send('POST', `${revocation}0`, toBob)).status, 400, 'under another id')
  t.equal((await alice.send('POST', revocation, keystore.root)).status, 400, 'of a root')
  t.equal((await alice.send('POST', revocation, { ...toBob, invoker: mallory.did })).status, 403, 'of a forged one')
  t.equal((await bob.send('POST', `${key}/sign`, sign, toBob)).status, 200, 'none of this revokes')

  t.strictSame(await alice.send('POST', revocation, toBob), { status: 200, body: undefined })
  t.equal((await bob.send('POST', `${key}/sign`, sign, toBob)).status, 403)
  ports.clock.advance(2000)
  t.match(await alice.send('POST', revocation, toBob), { status: 409, body: { code: 'ALREADY_EXISTS' } })
  const listed = await alice.send('GET', `${keystore.url}/zcaps/revocations`)
  t.match(listed, { status: 200, body: { revocations: [{ id: toBob.id, by: alice.did }] } })
  t.equal((await bob.send('GET', `${keystore.url}/zcaps/revocations`)).status, 403)

  const carol = await neighbour.caller()
  const toCarol = await delegated(keystore.root, alice, carol)
  t.equal((await carol.send('POST', `${key}/sign`, sign, toCarol)).status, 200)
  const own = `${keystore.url}/zcaps/revocations/${encodeURIComponent(toCarol.id)}`
  t.equal((await alice.send('POST', own, toCarol)).status, 200)
  t.equal((await carol.send('POST', `${key}/sign`, sign, toCarol)).status, 403, 'where it was used before')
})

t.test('whoever holds a delegation may revoke it', async t => {
  const server = await openSignedServer(t, ports)
  const [alice, bob] = [await server.caller(), await server.caller()]
  const keystore = await alice.keystore()
  const toBob = await delegated(keystore.root, alice, bob)
  const revocation = `${keystore.url}/zcaps/revocations/${encodeURIComponent(toBob.id)}`
  t.equal((await bob.send('POST', revocation, toBob)).status, 200)
  const { body } = await alice.send('GET', `${keystore.url}/zcaps/revocations`)
  t.match(body.revocations, [{ id: toBob.id, by: bob.did }])
})

t.test('revocations are listed page by page, and forgotten a day after the capability has ended', async t => {
  const server = await openSignedServer(t, ports)
  const [alice, bob] = [await server.caller(), await server.caller()]
  const keystore = await alice.keystore()
  const list = `${keystore.url}/zcaps/revocations`
  const revoke = async (expires: number) => {
    const capability = await delegated(keystore.root, alice, bob, expires)
    const { status } = await alice.send('POST', `${list}/${encodeURIComponent(capability.id)}`, capability)
    t.equal(status, 200)
    return capability.id
  }
  const ids: string[] = []
  for (let i = 0; i < 103; i += 1) ids.push(await revoke(day))
  const first = (await alice.send('GET', list)).body.revocations
  t.equal(first.length, 100)
  const after = encodeURIComponent(first.at(-1).id)
  const second = (await alice.send('GET', `${list}?after=${after}`)).body.revocations
  t.strictSame([...first, ...second].map(({ id }) => id).sort(), ids.sort())

  // Of an unsigned caveat nobody can tell, so that the longest life counts.
  ports.clock.advance(91 * day - 5000)
  const late = await revoke(day)
  t.equal((await alice.send('GET', list)).body.revocations.length, 100, 'until then they are kept')
  ports.clock.advance(10_000)
  const last = [await revoke(day), await revoke(day)]
  const left = (await alice.send('GET', list)).body.revocations.map(({ id }: { id: string }) => id)
  t.strictSame(left.sort(), [late, ...last].sort())
})
