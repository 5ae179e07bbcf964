import { outcome, vaultContract } from '@keyhold/contract'
import { type GeneralJWE, generalDecrypt } from 'jose'
import t from 'tap'
import { generalJwe, recipientKey } from '../support/edv-jwe.ts'
import { openVault, openVaults } from '../support/edv-server.ts'
import { newSigner } from '../support/edv-wallet.ts'
import { faultyVault } from '../support/faulty-vault.ts'
import { type SpecFakeOptions, specFake } from '../support/spec-edv-fake.ts'

const signer = await newSigner()

await t.test('the contract, with vaults by the specification', async t => {
  await vaultContract(t, async t => {
    const { place } = await specFake(t, signer)
    return { vaults: openVaults(t, new URL(place.url).origin), place }
  })
})

t.test('each call is one request, and a removal two', async t => {
  const { place, requests } = await specFake(t, signer)
  const vault = await openVault(t, place)
  await vault.put('one', Uint8Array.of(1))
  await vault.get('one')
  await vault.remove('one')
  t.strictSame(
    requests.map(({ method, status }) => `${method} ${status}`),
    ['POST 201', 'GET 200', 'GET 200', 'POST 204'],
  )
})

t.test('a removed document is a tombstone, which counts as changed', async t => {
  const { place, documents } = await specFake(t, signer)
  const vault = await openVault(t, place)
  await vault.put('one', Uint8Array.of(1))
  await vault.remove('one')
  await vault.remove('one')
  const [stored] = documents.values()
  t.match(stored, { sequence: 1, indexed: [] })
  const { plaintext } = await generalDecrypt(stored?.jwe as unknown as GeneralJWE, recipientKey)
  t.strictSame(JSON.parse(Buffer.from(plaintext).toString()), { content: {}, meta: { deleted: true } })
  await vault.put('one', Uint8Array.of(2))
  t.equal(documents.size, 1)
  t.match(Array.from(documents.values()), [{ sequence: 2 }])
  t.strictSame(Buffer.from((await vault.get('one')) ?? []), Buffer.of(2))
})

t.test('what does not decrypt can be removed', async t => {
  const { place, documents } = await specFake(t, signer)
  const vault = await openVault(t, place)
  await vault.put('one', Uint8Array.of(1))
  const [stored] = documents.values()
  if (stored === undefined) throw new Error('nothing was put there')
  documents.set(stored.id, { ...stored, jwe: { ...stored.jwe, tag: 'A'.repeat(22) } })
  t.equal(await outcome(() => vault.get('one')), 'VAULT_CORRUPT')
  t.equal(await outcome(() => vault.put('one', Uint8Array.of(1))), 'done', 'it is there')
  await vault.remove('one')
  t.equal(await vault.get('one'), undefined)
})

t.test('a change that is lost against another is tried three times', async t => {
  const document = { sequence: 0, jwe: { ...(await generalJwe('{"content":{"unformattedKey":"one"}}')) } }
  const { vault, requests } = await faultyVault(t, 'spec', (request, response) => {
    const id = request.url?.split('/').at(-1)
    response.writeHead(request.method === 'GET' ? 200 : 409).end(JSON.stringify({ id, ...document }))
  })
  t.equal(await outcome(() => vault.remove('one')), 'VAULT_UNAVAILABLE')
  t.strictSame(requests, ['GET', 'POST', 'GET', 'POST', 'GET', 'POST'])
})

t.test('a capability that does not allow it is VAULT_REFUSED', async t => {
  const past = new Date(Date.now() - 3_600_000).toISOString()
  const capabilities: Readonly<Record<string, [SpecFakeOptions, ...string[]]>> = {
    'eddsa-rdfc-2022': [{ suite: 'eddsa-rdfc-2022' }],
    'one for the key alone': [{ members: { controller: signer.didUrl } }],
    'one for the documents alone': [{ below: '/documents' }],
    'one for somebody else': [
      { members: { controller: (await newSigner(6)).didUrl.replace(/#.*/, '') } },
      ...['put', 'get', 'remove'],
    ],
    'one that has expired': [{ members: { expires: past } }, 'put', 'get', 'remove'],
    'one of another vault': [{ members: { invocationTarget: 'https://edv.example/edvs/z2' } }, 'put', 'get', 'remove'],
    'one to read': [{ members: { allowedAction: ['read'] } }, 'put'],
    'one to write': [{ members: { allowedAction: ['write'] } }, 'get', 'remove'],
  }
  for (const [name, [options, ...refused]] of Object.entries(capabilities)) {
    const vault = await openVault(t, (await specFake(t, signer, options)).place)
    const calls = {
      put: () => vault.put('one', Uint8Array.of(1)),
      get: () => vault.get('one'),
      remove: () => vault.remove('one'),
    }
    for (const [call, run] of Object.entries(calls)) {
      t.equal(await outcome(run), refused.includes(call) ? 'VAULT_REFUSED' : 'done', `${name}: ${call}`)
    }
  }
})

t.test('a missing document, and a missing vault', async t => {
  const answers: readonly (readonly [body: string, put: string, get: string, remove: string])[] = [
    ['{"message":"Document not found.","type":"NotFoundError"}', 'VAULT_UNAVAILABLE', 'done', 'done'],
    ['', 'VAULT_UNAVAILABLE', 'done', 'done'],
    [
      '{"message":"Configuration not found.","type":"NotFoundError"}',
      'VAULT_REFUSED',
      'VAULT_REFUSED',
      'VAULT_REFUSED',
    ],
    ['Cannot GET /edvs/one', 'VAULT_UNAVAILABLE', 'VAULT_UNAVAILABLE', 'VAULT_UNAVAILABLE'],
  ]
  for (const [body, ...expected] of answers) {
    const { vault } = await faultyVault(t, 'spec', (_, response) => void response.writeHead(404).end(body))
    const calls = [() => vault.put('one', Uint8Array.of(1)), () => vault.get('one'), () => vault.remove('one')]
    t.strictSame(await Promise.all(calls.map(outcome)), expected, body)
  }
})
