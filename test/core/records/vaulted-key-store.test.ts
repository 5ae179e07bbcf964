import { FixedClock, MemoryKeyStore, MemoryVaults, seededRandom } from '@keyhold/adapters'
import { keyStoreContract, outcome } from '@keyhold/contract'
import { didKeySigner, type KeyStorePort, KmsError, SecretBytes, type StoredRecord, type Vault } from '@keyhold/core'
import { documentCache } from '@keyhold/core/records/document-cache.js'
import { VaultedKeyStore } from '@keyhold/core/records/vaulted-key-store.js'
import t from 'tap'
import { openStore } from '../../support/embedded-store.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const url = 'https://vault.example/encrypted-data-vaults/1'

await t.test('over a store in memory', t =>
  keyStoreContract(t, async () => new VaultedKeyStore(new MemoryKeyStore(), await openVault(new MemoryVaults()))),
)

await t.test('over the embedded store, shared by two', t =>
  keyStoreContract(t, async t => vaulted(await openStore(t, await temporaryDirectory(t)), new MemoryVaults()), {
    async openPair(t) {
      const [directory, vaults] = [await temporaryDirectory(t), new MemoryVaults()]
      return [
        await vaulted(await openStore(t, directory), vaults),
        await vaulted(await openStore(t, directory), vaults),
      ]
    },
  }),
)

await t.test('the base holds pointers, and the vault the bodies: one document for each record', async t => {
  const { base, vaults, store } = await setUp()
  await store.add(record(1, 'first'))
  t.notOk(text(await base.find('keys', 'scope', 'a')).includes('first'))
  t.equal(vaults.names(url).length, 1)
  await store.replace(record(2, 'second'))
  await store.replace(record(3, 'third'))
  await store.replace(record(4, 'fourth'))
  t.equal(vaults.names(url).length, 2, 'the one before stays until the next change, and no older one')
  t.equal(text(await store.find('keys', 'scope', 'a')), 'fourth')
  await store.remove('keys', 'scope', 'a', 4)
  t.strictSame(vaults.names(url), [])
})

await t.test('a vault that does not keep what was put there is found out', async t => {
  const attacks: [name: string, attack: (vaults: MemoryVaults, names: readonly string[]) => void][] = [
    ['it loses a document', (vaults, [name = '']) => vaults.lose(url, name)],
    ['it changes a document', (vaults, [name = '']) => vaults.replace(url, name, Buffer.from('other'))],
    ['it empties a document', (vaults, [name = '']) => vaults.replace(url, name, new Uint8Array(0))],
    ['it exchanges two', (vaults, [one = '', other = '']) => vaults.swap(url, one, other)],
  ]
  for (const [name, attack] of attacks) {
    const { vaults, store } = await setUp()
    await store.add(record(1, 'mine'))
    await store.add({ ...record(1, 'other'), ids: ['b'] })
    attack(vaults, vaults.names(url))
    t.equal(await outcome(() => store.find('keys', 'scope', 'a')), 'VAULT_CORRUPT', name)
  }
})

await t.test('a vault that is put back to what it held before is found out', async t => {
  const { vaults, store } = await setUp()
  await store.add(record(1, 'first'))
  const [before = ''] = vaults.names(url)
  await store.replace(record(2, 'second'))
  const after = vaults.names(url).find(name => name !== before) ?? ''
  vaults.replace(url, after, Buffer.from('first'))
  t.equal(await outcome(() => store.find('keys', 'scope', 'a')), 'VAULT_CORRUPT')
})

await t.test('a document that could not be removed is removed with the next change', async t => {
  const { base, vaults } = await setUp()
  const vault = await openVault(vaults)
  const stubborn = { ...bound(vault), remove: async () => Promise.reject(new KmsError('VAULT_UNAVAILABLE', 'away')) }
  await new VaultedKeyStore(base, vault).add(record(1, 'first'))
  await new VaultedKeyStore(base, vault).replace(record(2, 'second'))
  await new VaultedKeyStore(base, stubborn).replace(record(3, 'third'))
  t.equal(vaults.names(url).length, 3)
  await new VaultedKeyStore(base, vault).replace(record(4, 'fourth'))
  t.equal(vaults.names(url).length, 2)
  t.equal(text(await new VaultedKeyStore(base, vault).find('keys', 'scope', 'a')), 'fourth')
})

await t.test('a crash between vault and base leaves the record as it was', async t => {
  for (const failing of ['add', 'replace'] as const) {
    const { base, vaults, store } = await setUp()
    if (failing === 'replace') await store.add(record(1, 'first'))
    const dead = { ...boundStore(base), [failing]: () => Promise.reject(new KmsError('STORE_UNAVAILABLE', 'away')) }
    const interrupted = new VaultedKeyStore(dead, await openVault(vaults))
    const change = () => (failing === 'add' ? interrupted.add(record(1, 'x')) : interrupted.replace(record(2, 'x')))
    t.equal(await outcome(change), 'STORE_UNAVAILABLE')
    t.equal(text(await store.find('keys', 'scope', 'a')), failing === 'add' ? '' : 'first', failing)
    const again = () => (failing === 'add' ? store.add(record(1, 'y')) : store.replace(record(2, 'y')))
    t.equal(await outcome(again), 'done', 'and it can be changed')
  }
})

await t.test('what a lost race has put into the vault is taken back, and nothing else', async t => {
  const { vaults, store } = await setUp()
  const same = record(1, 'the same')
  await store.add(same)
  t.equal(await outcome(() => store.add(same)), 'ALREADY_EXISTS')
  t.equal(text(await store.find('keys', 'scope', 'a')), 'the same', 'also if it was the same')
  t.equal(await outcome(() => store.add(record(1, 'another'))), 'ALREADY_EXISTS')
  t.equal(vaults.names(url).length, 1)
})

await t.test('who has read a pointer before a change still finds what it leads to', async t => {
  const { base, vaults, store } = await setUp()
  await store.add(record(1, 'first'))
  const old = await base.find('keys', 'scope', 'a')
  await store.replace(record(2, 'second'))
  const late = { ...boundStore(base), find: async () => old }
  t.equal(text(await new VaultedKeyStore(late, await openVault(vaults)).find('keys', 'scope', 'a')), 'first')
})

await t.test('whether a change is lost the base decides, not what was read a moment ago', async t => {
  const { base, vaults, store } = await setUp()
  await store.add(record(1, 'first'))
  const old = await base.find('keys', 'scope', 'a')
  await store.replace(record(2, 'second'))
  const late = new VaultedKeyStore({ ...boundStore(base), find: async () => old }, await openVault(vaults))
  t.equal(await outcome(() => late.replace(record(2, 'lost'))), 'CONFLICT')
  t.equal(await outcome(() => late.replace(record(3, 'third'))), 'done')
  t.equal(text(await store.find('keys', 'scope', 'a')), 'third')
})

await t.test('what is changed or removed while it is read is found as it is then', async t => {
  const changes: [name: string, change: (store: KeyStorePort) => Promise<void>, expected: string][] = [
    [
      'changed twice',
      async store => {
        await store.replace(record(2, 'second'))
        await store.replace(record(3, 'third'))
      },
      'third',
    ],
    ['removed', store => store.remove('keys', 'scope', 'a', 1), ''],
  ]
  for (const [name, change, expected] of changes) {
    for (const read of ['find', 'list'] as const) {
      const { base, vaults, store } = await setUp()
      await store.add(record(1, 'first'))
      const vault = await openVault(vaults)
      let isFirst = true
      const late: Vault = {
        ...bound(vault),
        async get(name) {
          if (isFirst) await change(store)
          isFirst = false
          return vault.get(name)
        },
      }
      const reader = new VaultedKeyStore(base, late)
      const found = read === 'find' ? [await reader.find('keys', 'scope', 'a')] : await reader.list('keys', 'scope', 9)
      t.equal(text(found[0]), expected, `${name}, ${read}`)
    }
  }
})

await t.test('a refusal stands, also if the base is away after it', async t => {
  const { base, vaults, store } = await setUp()
  await store.add(record(1, 'first'))
  const leaving = { ...boundStore(base), find: () => Promise.reject(new KmsError('STORE_UNAVAILABLE', 'away')) }
  const refused = new VaultedKeyStore(leaving, await openVault(vaults))
  t.equal(await outcome(() => refused.add(record(1, 'another'))), 'ALREADY_EXISTS')
  t.equal(text(await store.find('keys', 'scope', 'a')), 'first')
})

await t.test('documents are read once, and for their time', async t => {
  const clock = new FixedClock('2024-02-29T12:30:00Z')
  const { base, vaults } = await setUp()
  const vault = await openVault(vaults)
  let reads = 0
  const counted: Vault = {
    ...bound(vault),
    get: name => {
      reads += 1
      return vault.get(name)
    },
  }
  const store = new VaultedKeyStore(base, counted, documentCache({ max: 10, ttl: 1000 }, clock))
  await store.add(record(1, 'first'))
  for (let i = 0; i < 3; i += 1) {
    const found = await store.find('keys', 'scope', 'a')
    t.equal(text(found), 'first')
    found?.body.fill(0)
  }
  t.equal(reads, 1)
  clock.advance(1001)
  await store.find('keys', 'scope', 'a')
  t.equal(reads, 2, 'then it is read again')
  const cache = documentCache({ max: 1000, ttl: 1000 }, clock)
  const large = async () => {
    reads += 1
    return new Uint8Array(1_000_000)
  }
  reads = 0
  for (let i = 0; i < 40; i += 1) await cache?.find(`${i}`, large)
  for (let i = 39; i >= 0; i -= 1) await cache?.find(`${i}`, large)
  t.equal(reads, 40 + 40 - 16, 'no more than 16 MiB are kept')
  t.equal(documentCache({ max: 10, ttl: 0 }, clock), undefined)
  t.equal(documentCache({ max: 0, ttl: 1000 }, clock), undefined)
})

await t.test(
  'a document that many ask for at once is read once, and one that could not be read is read again',
  async t => {
    const { base, vaults } = await setUp()
    const vault = await openVault(vaults)
    await new VaultedKeyStore(base, vault).add(record(1, 'first'))
    let reads = 0
    let isAway = true
    const get: Vault['get'] = async name => {
      reads += 1
      if (isAway) throw new KmsError('VAULT_UNAVAILABLE', 'away')
      return vault.get(name)
    }
    const documents = documentCache({ max: 10, ttl: 1000 }, new FixedClock('2024-02-29T12:30:00Z'))
    // Each request has a store of its own over the vault.
    const find = () => new VaultedKeyStore(base, { ...bound(vault), get }, documents).find('keys', 'scope', 'a')
    const findMany = () => Promise.all(Array.from({ length: 100 }, () => outcome(find)))
    t.strictSame(new Set(await findMany()), new Set(['VAULT_UNAVAILABLE']))
    t.equal(reads, 1)
    isAway = false
    t.strictSame(new Set(await findMany()), new Set(['done']))
    t.equal(reads, 2)
    const [one, other] = await Promise.all([find(), find()])
    one?.body.fill(0)
    t.equal(text(other), 'first', 'each has a copy of its own')
  },
)

await t.test('a pointer that is none is an error', async t => {
  for (const body of [[], [2], [1, ...Array(32).fill(0)], [2, ...Array(31).fill(0)], [2, ...Array(65).fill(0)]]) {
    const { base, store } = await setUp()
    await base.add({ ...record(1, ''), body: Uint8Array.from(body) })
    t.equal(await outcome(() => store.find('keys', 'scope', 'a')), 'STORE_CORRUPT', `${body.length} bytes`)
  }
})

async function setUp() {
  const [base, vaults] = [new MemoryKeyStore(), new MemoryVaults()]
  return { base, vaults, store: await vaulted(base, vaults) }
}

async function vaulted(base: KeyStorePort, vaults: MemoryVaults): Promise<KeyStorePort> {
  return new VaultedKeyStore(base, await openVault(vaults))
}

async function openVault(vaults: MemoryVaults): Promise<Vault> {
  const key = (byte: number) => new SecretBytes(new Uint8Array(32).fill(byte))
  const signer = await didKeySigner(new SecretBytes(seededRandom(1)(32)))
  return vaults.open({ url, capability: {}, signer, recipientKey: key(1), macKey: key(2) })
}

function bound(vault: Vault): Vault {
  return {
    put: (name, content) => vault.put(name, content),
    get: name => vault.get(name),
    remove: name => vault.remove(name),
    close: () => vault.close(),
  }
}

function boundStore(store: KeyStorePort): KeyStorePort {
  return {
    find: (...args) => store.find(...args),
    add: record => store.add(record),
    replace: record => store.replace(record),
    list: (...args) => store.list(...args),
    remove: (...args) => store.remove(...args),
    check: () => store.check(),
    close: () => store.close(),
  }
}

function record(revision: number, body: string): StoredRecord {
  return { collection: 'keys', scope: 'scope', ids: ['a'], revision, body: Buffer.from(body) }
}

function text(record: StoredRecord | undefined): string {
  return Buffer.from(record?.body ?? []).toString()
}
