import { randomUUID } from 'node:crypto'
import { signCapabilityInvocation } from '@digitalbazaar/http-signature-zcap-invoke'
import { readCapability, signCcg, signTrustbloc } from '@keyhold/client'
import { ccgRootId } from '@keyhold/core'
import t from 'tap'
import { ccgKey } from '../../support/ccg-delegation.ts'
import { ezcapOf, send, signedBy, signedService } from '../../support/published-clients.ts'
import { ariesKeystore, expectForbidden, expectOk, keyIn, owner, ownerSigner } from '../../support/signed-keystore.ts'

const alice = await ccgKey(2)

t.test('what a route of the controller is shown beside the signature must be signed, and may be anything', async t => {
  const keystoreUrl = await ariesKeystore(t, await signedService(t))
  const unknown = { keystoreUrl: 'https://elsewhere.example' }
  const delegated = await ezcapOf(owner).delegate({
    capability: ccgRootId({ url: keystoreUrl }),
    controller: alice.did,
    invocationTarget: keystoreUrl,
  })
  for (const invoked of [{ keystoreUrl }, unknown, delegated, { parentCapability: `urn:uuid:${randomUUID()}` }]) {
    const described = await signedBy(owner)('GET', keystoreUrl, invoked, 'anything')
    t.match(expectOk(t, described), { key_store_url: keystoreUrl, controller: owner.did })
    expectForbidden(t, await signedBy(alice)('GET', keystoreUrl, invoked, 'anything'), 'by somebody else')
  }
  const { authorization, host, ...rest } = await headersOf(keystoreUrl)
  const signed = { authorization: authorization ?? '', host: host ?? '' }
  expectOk(t, await send('GET', keystoreUrl, { ...signed, ...rest }), 'as it was signed')
  const changed = { ...signed, 'capability-invocation': `zcap id="${ccgRootId({ url: keystoreUrl })}",action="other"` }
  t.match(await send('GET', keystoreUrl, changed), { status: 401, body: { code: 'UNAUTHENTICATED' } })
  t.match(await send('GET', keystoreUrl, signed), { status: 401, body: { code: 'UNAUTHENTICATED' } }, 'left out')
})

t.test('a body other than the one whose multihash was signed is refused', async t => {
  const keystoreUrl = await ariesKeystore(t, await signedService(t))
  const url = `${keystoreUrl}/keys`
  const headers = await headersOf(url, { key_type: 'ED25519' })
  t.match(headers['digest'], /^mh=uEi[\w-]{43,}$/)
  const changed = await send('POST', url, headers, '{"key_type":"AES256_GCM"}')
  t.match(changed, { status: 401, body: { code: 'UNAUTHENTICATED' } })
  expectOk(t, await send('POST', url, headers, '{"key_type":"ED25519"}'))
})

t.test('an empty answer is labelled as JSON for the clients of the reference alone: others would parse it', async t => {
  const keystoreUrl = await ariesKeystore(t, await signedService(t))
  const keyUrl = await keyIn(t, keystoreUrl)
  const sign = await signedBy(owner)('POST', `${keyUrl}/sign`, { keystoreUrl }, 'sign', { message: 'QUJD' })
  const { signature } = expectOk(t, sign)
  const request = {
    method: 'POST',
    url: `${keyUrl}/verify`,
    body: Buffer.from(JSON.stringify({ message: 'QUJD', signature })),
  }
  const described = await signedBy(owner)('GET', keystoreUrl, { keystoreUrl }, 'read')
  const capability = await readCapability(expectOk(t, described).capability)
  const aries = await signTrustbloc(request, { action: 'verify', capability }, ownerSigner, Date.now())
  const ccg = await signCcg(request, { action: 'verify', keystoreUrl }, ownerSigner, Date.now())
  for (const [headers, label] of [
    [aries, 'application/json; charset=utf-8'],
    [ccg, null],
  ] as const) {
    const answer = await fetch(request.url, { method: 'POST', headers, body: request.body })
    const found = [answer.status, answer.headers.get('content-type'), await answer.text()]
    t.strictSame(found, [200, label, ''])
  }
})

/** Signed by the owner, invoking the root for createKey. */
function headersOf(url: string, json?: object): Promise<Record<string, string>> {
  return signCapabilityInvocation({
    url,
    method: json === undefined ? 'GET' : 'POST',
    headers: {},
    ...(json && { json }),
    capability: ccgRootId({ url: url.replace(/\/keys$/, '') }),
    capabilityAction: 'createKey',
    invocationSigner: owner.signer,
  })
}
