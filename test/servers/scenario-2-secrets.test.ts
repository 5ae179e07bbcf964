import { randomBytes } from 'node:crypto'
import { cp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeMasterKeyFile, openEmbeddedKeyStore, openLocalLock, systemClock, systemRandom } from '@keyhold/adapters'
import { AeadLock, openKms, readSealed, SecretBytes, userLockKey } from '@keyhold/core'
import { keyContext, vaultKeyContext } from '@keyhold/core/locks/lock-context.js'
import type { Key } from '@keyhold/core/records/key.js'
import { base64, call } from '@keyhold/scripts/http-client.js'
import { runService } from '@keyhold/scripts/service-process.js'
import { decode } from 'cborg'
import { type GeneralJWE, generalDecrypt } from 'jose'
import t, { type Test } from 'tap'
import { recipientKeyOf } from '../support/edv-jwe.ts'
import { at } from '../support/recorded-servers.ts'
import { secretsIn } from '../support/secret-forms.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import {
  aliceOf,
  type Headers,
  refusalOf,
  type TestUserServers,
  testUserService,
  withUserServers,
} from '../support/user-servers.ts'
import { type VaultScene, vaultScene } from '../support/vault-scene.ts'

const message = base64('message')
const store = 'keyhold-data'
/** Of the body of a record: one byte of version and 32 bytes of tag. */
const contentStart = 33

/** What does not open Alice's keystore, as the headers of a request. */
function wrongHeaders({ secrets: { alice, bob } }: TestUserServers): Readonly<Record<string, Headers>> {
  const x = 1 + ((alice.held.at(-1) ?? 0) % 255)
  const guessed = base64(Buffer.concat([randomBytes(32), Uint8Array.of(x)]))
  return {
    'the share that the auth server holds': { 'auth-user': 'alice', 'secret-share': base64(alice.held) },
    "another user's share": { 'auth-user': 'alice', 'secret-share': base64(bob.own) },
    'a share that is made up': { 'auth-user': 'alice', 'secret-share': guessed },
    'another user': { 'auth-user': 'bob', 'secret-share': base64(bob.own) },
    "Alice's share in another user's name": { 'auth-user': 'bob', 'secret-share': base64(alice.own) },
  }
}

/** A copy of what the service keeps on its disk, its master key included. */
async function copyOf(t: Test, { service }: VaultScene): Promise<string> {
  const copy = await temporaryDirectory(t)
  await cp(join(service.directory, store), join(copy, store), { recursive: true })
  return copy
}

/** What can be opened with the store and the master key alone, in this process: the keys of the vault. */
async function openVaultKeys(t: Test, directory: string, keystoreId: string) {
  const random = systemRandom()
  const lock = await openLocalLock({ file: join(directory, store, 'master.key') }, random)
  const ports = { lock, store: await openEmbeddedKeyStore({ directory: join(directory, store) }), random }
  const kms = await openKms({ ...ports, clock: systemClock })
  t.teardown(async () => {
    kms.close()
    await ports.store.close()
    await lock.close()
  })
  const { edv } = (await kms.records.findKeystore(keystoreId)) ?? {}
  if (edv === undefined) throw new Error('the keystore has no vault')
  const bytes = async (locked: Uint8Array, purpose: 'edv-recipient-key' | 'edv-mac-key') =>
    (await lock.unlock(locked, vaultKeyContext(purpose, keystoreId))).spend(secret => Uint8Array.from(secret))
  return {
    recipientKey: await bytes(edv.lockedRecipientKey, 'edv-recipient-key'),
    macKey: await bytes(edv.lockedMacKey, 'edv-mac-key'),
  }
}

/** What `jose` makes of a document of the vault with a key: the versions of the key in it, as they are stored. */
async function readDocument(document: string, recipientKey: Uint8Array) {
  const { jwe } = JSON.parse(document) as { readonly jwe: GeneralJWE }
  const { plaintext } = await generalDecrypt(jwe, recipientKeyOf(recipientKey))
  const { content } = JSON.parse(Buffer.from(plaintext).toString()) as { content: { unformattedValue: string } }
  const body = Buffer.from(content.unformattedValue, 'base64')
  const { versions } = decode(body.subarray(contentStart)) as Pick<Key, 'versions'>
  return { plaintext, body, versions }
}

await withUserServers(t, 'who has what', async (t, servers) => {
  const { secrets, shares, vaults, token } = servers
  const { own, held, secret } = secrets.alice
  const scene = await vaultScene(t, servers)
  const { service, keystoreId, keys, imported, documents } = scene
  const urls = Object.entries(keys)
  const useOf = { aesKey: 'encrypt', macKey: 'computemac', ed25519Seed: 'sign', p256Scalar: 'sign' } as const
  const use = (name: string, url: string, headers?: Headers) =>
    refusalOf('POST', `${url}/${useOf[name as keyof typeof useOf]}`, { message, data: message }, headers)
  const userLock = () =>
    new AeadLock('user', userLockKey(new SecretBytes(Uint8Array.from(secret)), keystoreId), systemRandom())

  t.test("without the user's share database, master key, vault and auth server together open nothing", async t => {
    const copy = await testUserService(t, servers, {}, await copyOf(t, scene))
    for (const [name, url] of urls) {
      t.strictSame(await use(name, at(copy, url)), [400, 'INVALID_REQUEST'], `${name}: no share`)
      for (const [what, headers] of Object.entries(wrongHeaders(servers))) {
        t.strictSame(await use(name, at(copy, url), headers), [403, 'SHARE_REJECTED'], `${name}: ${what}`)
      }
      t.strictSame(await use(name, at(copy, url), aliceOf(servers)), [200, undefined], `${name}: with it, it opens`)
      t.strictSame(await use(name, at(copy, url)), [400, 'INVALID_REQUEST'], `${name}: not even now that it is open`)
    }
  })

  t.test('what the vault has opens with jose, and what is in it is locked', async t => {
    const directory = await copyOf(t, scene)
    const { recipientKey, macKey } = await openVaultKeys(t, directory, keystoreId)
    const known: Record<string, Uint8Array> = { ...imported }
    const masterKey = Buffer.from(await readFile(join(directory, store, 'master.key'), 'utf8'), 'base64')
    const guesses = { masterKey, recipientKey, macKey, heldShare: held.subarray(0, 32) }
    const lock = userLock()
    const found: string[] = []
    for (const [id, document] of documents) {
      t.strictSame(secretsIn(document, { ...known, recipientKey, macKey }), [], 'as it is')
      const { plaintext, body, versions } = await readDocument(document, recipientKey)
      t.strictSame(secretsIn(Buffer.from(plaintext).toString('latin1'), known), [], 'decrypted')
      t.strictSame(secretsIn(body.toString('latin1'), known), [], 'and decoded')
      const [{ locked = new Uint8Array(0), ...version } = {} as Key['versions'][number]] = versions
      t.equal(readSealed(locked)?.lockId, lock.id, `${id}: locked by the lock that is shared with the user`)
      const context = keyContext(keystoreId, version.id, version.number, version.type)
      for (const [name, bytes] of Object.entries(guesses)) {
        const guessed = new AeadLock('user', new SecretBytes(Uint8Array.from(bytes)), systemRandom())
        await t.rejects(guessed.unlock(locked, context), { code: 'LOCK_REJECTED' }, name)
      }
      const opened = await lock.unlock(locked, context)
      found.push(...opened.lend(bytes => secretsIn(Buffer.from(bytes).toString('latin1'), known)))
    }
    t.strictSame(found.sort(), Object.keys(imported).sort(), 'with both shares it is what was imported')
  })

  t.test("without the master key the user's share, database and vault together open nothing", async t => {
    const [lost, another] = [await copyOf(t, scene), await copyOf(t, scene)]
    const keyFile = (directory: string) => join(directory, store, 'master.key')
    await rm(keyFile(lost))
    await rm(keyFile(another))
    await makeMasterKeyFile(keyFile(another))
    const environment = service.environment
    for (const [directory, sentence] of [
      [lost, /master\.key/],
      [another, /the store was sealed by the lock local:.*, the configured one is local:/],
    ] as const) {
      const { code, output } = await runService({ directory, environment })
      t.equal(code, 1)
      t.match(output, sentence)
      t.notMatch(output, /listening/, 'nobody was served')
    }
    const lockKey = userLockKey(new SecretBytes(Uint8Array.from(secret)), keystoreId)
    const scalars = {
      own: own.subarray(0, 32),
      held: held.subarray(0, 32),
      secret,
      lockKey: lockKey.lend(key => Uint8Array.from(key)),
    }
    for (const document of documents.values()) {
      for (const [name, scalar] of Object.entries(scalars)) {
        await t.rejects(readDocument(document, scalar), { code: 'ERR_JWE_DECRYPTION_FAILED' }, name)
      }
    }
  })

  t.test('no secret is in a log, and none in a file of the store', async t => {
    for (const [name, url] of urls) {
      for (const headers of Object.values(wrongHeaders(servers))) await use(name, url, headers)
    }
    await call('POST', `${keys.ed25519Seed}/rotate`, { key_type: 'ED25519' }, aliceOf(servers))
    const directory = await copyOf(t, scene)
    const vaultKeys = await openVaultKeys(t, directory, keystoreId)
    const masterKeyText = await readFile(join(directory, store, 'master.key'), 'utf8')
    const lockKey = userLockKey(new SecretBytes(Uint8Array.from(secret)), keystoreId)
    const known = {
      ...imported,
      ...vaultKeys,
      masterKey: Buffer.from(masterKeyText, 'base64'),
      own,
      held,
      secret,
      lockKey: lockKey.lend(key => Uint8Array.from(key)),
      token: Buffer.from(token),
      other: secrets.bob.own,
    }
    t.strictSame(secretsIn(base64(held), known), ['held'], 'what is there is found')
    const logs = {
      service: service.output(),
      vault: vaults.server.process?.output() ?? '',
      'auth server': shares.server.process?.output() ?? '',
      'requests of the auth server': await readFile(join(servers.directory, 'requests.log'), 'latin1'),
    }
    for (const [name, log] of Object.entries(logs)) t.strictSame(secretsIn(log, known), [], name)
    t.match(logs.service, /"port":"user lock","call":"lock"/, 'something was logged')
    t.match(logs.service, /SHARE_REJECTED/)
    t.match(logs.vault, /POST \/encrypted-data-vaults\/\w+\/documents write 201/)
    t.match(logs['requests of the auth server'], /GET \/secret/)
    for (const file of await readdir(join(service.directory, store))) {
      if (file === 'master.key') continue
      t.strictSame(secretsIn(await readFile(join(service.directory, store, file), 'latin1'), known), [], file)
    }
    const stored = await readFile(join(service.directory, store, 'data.mdb'), 'latin1')
    t.ok(stored.includes('did:example:alice'), 'what is no secret is found')
  })
})
