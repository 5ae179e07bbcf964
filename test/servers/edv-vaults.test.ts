import { outcome, vaultContract } from '@keyhold/contract'
import { type GeneralJWE, generalDecrypt } from 'jose'
import t from 'tap'
import { recipientKey } from '../support/edv-jwe.ts'
import { openVault, openVaults, withEdv } from '../support/edv-server.ts'
import { newSigner, newWallet, placeOf } from '../support/edv-wallet.ts'
import { until } from '../support/until.ts'

const signer = await newSigner()
const content = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff)

for (const auth of ['zcap', 'none'] as const) {
  await withEdv(t, `the contract, authorization: ${auth}`, { auth }, async (t, server) => {
    await vaultContract(t, async t => ({
      vaults: openVaults(t, server.url),
      place: await placeOf(await newWallet(server.url), signer),
    }))
  })
}

await withEdv(t, 'what the server sees', { auth: 'zcap' }, async (t, server) => {
  await t.test('one request for each call', async t => {
    const place = await placeOf(await newWallet(server.url), signer)
    const vault = await openVault(t, place)
    const path = `${new URL(place.url).pathname}/documents`
    const seen = () => server.requests().filter(request => request.path.startsWith(path))
    const steps: readonly (readonly [call: () => Promise<unknown>, line: string])[] = [
      [() => vault.put('one', content), 'POST write 201'],
      [() => vault.put('one', content), 'POST write 409'],
      [() => vault.get('one'), 'GET read 200'],
      [() => vault.get('two'), 'GET read 404'],
      [() => vault.remove('one'), 'DELETE write 200'],
      [() => vault.remove('one'), 'DELETE write 404'],
    ]
    for (const [call] of steps) await call()
    await until(() => seen().length >= steps.length)
    t.strictSame(
      seen().map(({ method, action, status }) => `${method} ${action} ${status}`),
      steps.map(([, line]) => line),
    )
  })

  await t.test('a capability that does not allow it is VAULT_REFUSED', async t => {
    const wallet = await newWallet(server.url)
    const other = await newWallet(server.url)
    const past = new Date(Date.now() - 60_000).toISOString()
    const caveats = [{ type: 'expiry', duration: 1 }]
    const capabilities = {
      none: { '@context': 'https://w3id.org/security/v2' },
      'one of another vault': await other.delegate(signer.didUrl),
      'one for somebody else': await wallet.delegate((await newSigner(6)).didUrl),
      'one to read': await wallet.delegate(signer.didUrl, { capability: { allowedAction: ['read'] } }),
      'one that has expired': await wallet.delegate(signer.didUrl, {
        capability: { caveats },
        proof: { created: past },
      }),
    }
    for (const [name, capability] of Object.entries(capabilities)) {
      const vault = await openVault(t, { url: wallet.url, capability, signer })
      t.equal(await outcome(() => vault.put('one', content)), 'VAULT_REFUSED', name)
      const isReading = name === 'one to read'
      t.equal(await outcome(() => vault.get('one')), isReading ? 'done' : 'VAULT_REFUSED', name)
    }
    const url = wallet.url.replace(/[^/]+$/, 'YGwB7C6nzJPKeR7KXyhXq5')
    const nowhere = await openVault(t, { url, capability: await wallet.delegate(signer.didUrl), signer })
    t.equal(await outcome(() => nowhere.get('one')), 'VAULT_REFUSED', 'a vault that does not exist')
  })
})

await withEdv(t, 'what the server has', { auth: 'none' }, async (t, server) => {
  await t.test('opens with the recipient key', async t => {
    const place = await placeOf(await newWallet(server.url), signer)
    const vault = await openVault(t, place)
    await vault.put('one', content)
    await until(() => server.requests().some(({ method, path }) => method === 'POST' && path.endsWith('/documents')))
    await vault.get('one')
    await until(() => server.requests().some(({ method }) => method === 'GET'))
    const path = server.requests().find(({ method }) => method === 'GET')?.path
    const document = (await (await fetch(`${server.url}${path}`)).json()) as { id: string; jwe: GeneralJWE }
    t.equal(document.id, path?.split('/').at(-1))
    const { plaintext } = await generalDecrypt(document.jwe, recipientKey)
    const value = Buffer.from(content).toString('base64')
    const members = { unformattedKey: 'one', unformattedValue: value, unformattedTags: null }
    t.match(JSON.parse(Buffer.from(plaintext).toString()), { content: members })
  })

  await t.test('a vault that does not exist is VAULT_REFUSED', async t => {
    const { capability } = await placeOf(await newWallet(server.url), signer)
    const url = `${server.url}/encrypted-data-vaults/YGwB7C6nzJPKeR7KXyhXq5`
    const vault = await openVault(t, { url, capability, signer })
    t.equal(await outcome(() => vault.put('one', content)), 'VAULT_REFUSED')
    t.equal(await outcome(() => vault.get('one')), 'VAULT_REFUSED')
    t.equal(await outcome(() => vault.remove('one')), 'VAULT_REFUSED')
  })

  await t.test('a server that has stopped is VAULT_UNAVAILABLE, and one that goes on is there again', async t => {
    const vault = await openVault(t, await placeOf(await newWallet(server.url), signer), 3000)
    server.process?.kill('SIGSTOP')
    t.equal(await outcome(() => vault.put('one', content)), 'VAULT_UNAVAILABLE')
    server.process?.kill('SIGCONT')
    await until(async () => (await outcome(() => vault.put('one', content))) === 'done')
    t.equal(Buffer.compare((await vault.get('one')) ?? Buffer.alloc(0), content), 0)
  })
})
