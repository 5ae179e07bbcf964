import { outcome, vaultContract } from '@keyhold/contract'
import type { Vault } from '@keyhold/core'
import t from 'tap'
import { openVault, openVaults } from '../support/edv-server.ts'
import { newSigner } from '../support/edv-wallet.ts'
import { faultyVault } from '../support/faulty-vault.ts'
import type { Changes } from '../support/trustbloc.ts'
import { trustblocFake } from '../support/trustbloc-edv-fake.ts'

const signer = await newSigner()
const [refused, unavailable] = ['VAULT_REFUSED', 'VAULT_UNAVAILABLE']

await t.test('the contract, with vaults as TrustBloc has them', async t => {
  await vaultContract(t, async t => {
    const { place } = await trustblocFake(t, signer)
    return { vaults: openVaults(t, new URL(place.url).origin), place }
  })
})

const calls: Readonly<Record<string, (vault: Vault) => Promise<unknown>>> = {
  put: vault => vault.put('one', Uint8Array.of(1)),
  get: vault => vault.get('one'),
  remove: vault => vault.remove('one'),
}

t.test('a capability that does not allow it is VAULT_REFUSED', async t => {
  const past = new Date(Date.now() - 60_000).toISOString()
  const capabilities: Readonly<Record<string, [Changes, ...string[]]>> = {
    'one for somebody else': [{ capability: { invoker: (await newSigner(6)).didUrl } }, 'put', 'get', 'remove'],
    'one that has expired': [
      { capability: { caveats: [{ type: 'expiry', duration: 1 }] }, proof: { created: past } },
      ...['put', 'get', 'remove'],
    ],
    'one of another vault': [{ proof: { capabilityChain: ['urn:uuid:1', 'urn:uuid:2'] } }, 'put', 'get', 'remove'],
    'one to read': [{ capability: { allowedAction: ['read'] } }, 'put', 'remove'],
    'one to write': [{ capability: { allowedAction: ['write'] } }, 'get'],
  }
  for (const [name, [changes, ...refused]] of Object.entries(capabilities)) {
    const vault = await openVault(t, (await trustblocFake(t, signer, changes)).place)
    for (const [call, run] of Object.entries(calls)) {
      t.equal(await outcome(() => run(vault)), refused.includes(call) ? 'VAULT_REFUSED' : 'done', `${name}: ${call}`)
    }
  }
})

t.test("the server's texts decide where one status says several things", async t => {
  const missing = 'Failed to read document D in vault V: specified document does not exist.'
  const noVault = 'Failed to read document D in vault V: specified vault does not exist.'
  const answers: readonly (readonly [status: number, text: string, put: string, get: string, remove: string])[] = [
    [400, 'failed to verify http signature: signature header not foundunauthorized\n', refused, refused, refused],
    [400, 'failed to parse proof params: failed to parse capability-invocation header', refused, refused, refused],
    [400, 'failed to verify zcap: token expiredunauthorized\n', refused, refused, refused],
    [400, 'failed to get root capability V from db: data not found', refused, refused, refused],
    [400, 'Failure while creating document in vault V: specified vault does not exist.', refused, refused, refused],
    [404, noVault, refused, refused, refused],
    [404, missing, unavailable, 'done', 'done'],
    [400, missing, unavailable, unavailable, unavailable],
    [404, '404 page not found\n', unavailable, unavailable, unavailable],
    [404, '', unavailable, unavailable, unavailable],
    [400, 'Received a request to create a document in vault V, but the document is invalid: x', ...all(unavailable)],
    [400, 'a proxy that failed to verify something', ...all(unavailable)],
    [500, 'failed to verify zcap', ...all(unavailable)],
  ]
  for (const [status, text, ...expected] of answers) {
    const { vault } = await faultyVault(t, 'trustbloc', (_, response) => void response.writeHead(status).end(text))
    const codes = await Promise.all(Object.values(calls).map(run => outcome(() => run(vault))))
    t.strictSame(codes, expected, `${status} ${text.trim()}`)
  }
})

t.test('each call is one request', async t => {
  const { place, requests } = await trustblocFake(t, signer)
  const vault = await openVault(t, place)
  for (const run of Object.values(calls)) await run(vault)
  t.strictSame(
    requests.map(({ method, status }) => `${method} ${status}`),
    ['POST 201', 'GET 200', 'DELETE 200'],
  )
})

function all(code: string): [string, string, string] {
  return [code, code, code]
}
