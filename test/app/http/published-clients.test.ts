import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { admitBearers } from '@keyhold/app/http/authentication/admission.js'
import { readCapability } from '@keyhold/client'
import { ccgRootId } from '@keyhold/core'
import t, { type Test } from 'tap'
import { type Capability, type CcgKey, ccgKey, delegate } from '../../support/ccg-delegation.ts'
import { ezcapOf, type Send, send, sentByEzcap, signedBy, signedService } from '../../support/published-clients.ts'
import { ariesKeystore, expectForbidden, expectOk, keyIn, owner } from '../../support/signed-keystore.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const [alice, bob] = await Promise.all([ccgKey(2), ccgKey(3)])

const clients: readonly (readonly [name: string, of: (key: CcgKey) => Send])[] = [
  ['http-signature-zcap-invoke', signedBy],
  ['ezcap', sentByEzcap],
]

const message = Buffer.from('message').toString('base64')
const soon = () => new Date(Date.now() + 3_600_000)

type Delegate = (
  by: CcgKey,
  to: CcgKey,
  parent: string | Capability,
  target: string,
  action: string,
) => Promise<Capability>

/** What is delegated ends as its parent does, at the latest. */
const delegations: readonly (readonly [name: string, delegate: Delegate])[] = [
  [
    'Ed25519Signature2020 by ezcap',
    (by, to, parent, target, action) =>
      ezcapOf(by).delegate({
        capability: typeof parent === 'string' ? ccgRootId({ url: parent }) : parent,
        controller: to.did,
        invocationTarget: target,
        allowedActions: action,
        expires: typeof parent === 'string' ? soon() : new Date(String(parent['expires'])),
      }),
  ],
  [
    'eddsa-rdfc-2022 by zcap',
    (by, to, parent, target, action) =>
      delegate(parent, {
        by,
        to: to.did,
        suite: 'eddsa-rdfc-2022',
        created: Date.now(),
        members: {
          invocationTarget: target,
          allowedAction: [action],
          expires: typeof parent === 'string' ? soon().toISOString() : parent['expires'],
        },
      }),
  ],
]

t.test('Aries creates a keystore, and the clients of today use it by the id of its root', async t => {
  for (const [name, clientOf] of clients) {
    await t.test(name, async t => {
      const keystoreUrl = await ariesKeystore(t, await signedService(t))
      await useEverything(t, clientOf(owner), keystoreUrl)
    })
  }
})

t.test('a keystore that was created for a token belongs to the key that it names', async t => {
  const file = join(await temporaryDirectory(t), 'tokens')
  await writeFile(file, 'some-token\n')
  const service = await signedService(t, admitBearers(file))
  const body = JSON.stringify({ controller: owner.did })
  const refused = await send('POST', `${service}/v1/keystores`, { authorization: 'Bearer another' }, body)
  t.match(refused, { status: 401, body: { code: 'UNAUTHENTICATED' } })
  const created = await send('POST', `${service}/v1/keystores`, { authorization: 'Bearer some-token' }, body)
  const keystoreUrl: string = expectOk(t, created).key_store_url
  for (const [name, clientOf] of clients) {
    const createKey = (key: CcgKey) =>
      clientOf(key)('POST', `${keystoreUrl}/keys`, { keystoreUrl }, 'createKey', { key_type: 'ED25519' })
    expectOk(t, await createKey(owner), name)
    expectForbidden(t, await createKey(alice), `${name}: by somebody else`)
  }
})

t.test('the clients of today create a keystore themselves', async t => {
  const service = await signedService(t)
  const url = `${service}/v1/keystores`
  for (const [name, clientOf] of clients) {
    const create = (controller: string) => clientOf(owner)('POST', url, { keystoreUrl: url }, 'write', { controller })
    const { key_store_url: keystoreUrl, capability } = expectOk(t, await create(owner.url), name)
    t.match(await readCapability(capability), { invoker: owner.url, invocationTarget: { ID: keystoreUrl } })
    await useEverything(t, clientOf(owner), keystoreUrl)
    expectForbidden(t, await create(alice.did), `${name}: for somebody else`)
  }
})

for (const [suite, delegateBy] of delegations) {
  for (const [name, clientOf] of clients) {
    t.test(`${suite}, invoked by ${name}: one action on one key, until it is revoked`, async t => {
      const keystoreUrl = await ariesKeystore(t, await signedService(t))
      const root = { keystoreUrl }
      const keyUrl = await keyIn(t, keystoreUrl)
      const otherKeyUrl = await keyIn(t, keystoreUrl)
      const capability = await delegateBy(owner, alice, keystoreUrl, keyUrl, 'sign')
      const sign = (key: CcgKey, invoked: Capability, url = keyUrl) =>
        clientOf(key)('POST', `${url}/sign`, invoked, 'sign', { message })

      const { signature } = expectOk(t, await sign(alice, capability), 'the action on the key')
      expectForbidden(t, await sign(bob, capability), 'by somebody else')
      const verify = { message, signature }
      const verified = await clientOf(alice)('POST', `${keyUrl}/verify`, capability, 'verify', verify)
      expectForbidden(t, verified, 'another action')
      // A client that keeps the target does not send this at all, so it is signed here.
      const elsewhere = await signedBy(alice)('POST', `${otherKeyUrl}/sign`, capability, 'sign', { message })
      expectForbidden(t, elsewhere, 'another key')
      expectForbidden(t, await clientOf(alice)('POST', `${keyUrl}/sign`, capability, 'verify', { message }), 'a lie')

      const deeper = await delegateBy(alice, bob, capability, keyUrl, 'sign')
      t.strictSame(expectOk(t, await sign(bob, deeper), 'delegated again'), { signature })
      expectForbidden(t, await sign(alice, deeper), 'what was given on, by the giver')

      const id = String(capability['id'])
      const revocationUrl = `${keystoreUrl}/zcaps/revocations/${encodeURIComponent(id)}`
      const revoke = (key: CcgKey) => clientOf(key)('POST', revocationUrl, root, 'write', capability)
      expectForbidden(t, await revoke(bob), 'revoked by somebody else')
      t.match(expectOk(t, await sign(bob, deeper), 'still'), { signature })
      expectOk(t, await revoke(owner), 'revoked by the controller')
      expectForbidden(t, await sign(alice, capability), 'revoked')
      expectForbidden(t, await sign(bob, deeper), 'below what is revoked')
      const listed = await clientOf(owner)('GET', `${keystoreUrl}/zcaps/revocations`, root, 'read')
      t.match(expectOk(t, listed).revocations, [{ id, by: owner.url }])
    })
  }
}

/** Requests of every kind but encryption, invoking the root of the keystore. */
async function useEverything(t: Test, client: Send, keystoreUrl: string): Promise<void> {
  const root = { keystoreUrl }
  const invoke = async (method: string, url: string, action: string, json?: object) =>
    expectOk(t, await client(method, url, root, action, json), `${method} ${action}`)

  const { key_url, public_key } = await invoke('POST', `${keystoreUrl}/keys`, 'createKey', { key_type: 'ED25519' })
  const { signature } = await invoke('POST', `${key_url}/sign`, 'sign', { message })
  t.equal(Buffer.from(signature, 'base64').length, 64)
  t.equal(await invoke('POST', `${key_url}/verify`, 'verify', { message, signature }), undefined)
  t.strictSame(await invoke('GET', `${key_url}/export`, 'exportKey'), { public_key, key_type: 'ED25519' })
  const imported = { key_type: 'HMACSHA256Tag256', key: Buffer.alloc(32, 7).toString('base64'), key_id: randomUUID() }
  t.strictSame(await invoke('PUT', `${keystoreUrl}/keys`, 'importKey', imported), {
    key_url: `${keystoreUrl}/keys/${imported.key_id}`,
  })
  const macUrl = `${keystoreUrl}/keys/${imported.key_id}`
  const { mac } = await invoke('POST', `${macUrl}/computemac`, 'computeMAC', { data: message })
  t.equal(await invoke('POST', `${macUrl}/verifymac`, 'verifyMAC', { data: message, mac }), undefined)
  const rotated = await invoke('POST', `${key_url}/rotate`, 'rotateKey', { key_type: 'ED25519' })
  t.not(rotated.key_url, key_url)
  t.match(await invoke('POST', `${rotated.key_url}/sign`, 'sign', { message }), { signature: String })
  t.match(await invoke('GET', keystoreUrl, 'read'), { key_store_url: keystoreUrl })
}
