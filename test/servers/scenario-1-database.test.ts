import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { makeMasterKeyFile, systemClock, systemRandom } from '@keyhold/adapters'
import { openAwsKmsLock } from '@keyhold/adapters/lock-aws-kms/aws-kms-lock.js'
import { buildServer } from '@keyhold/app'
import type { LockPort } from '@keyhold/core'
import { storedBytes } from '@keyhold/scripts/demo-aws/stored.js'
import { base64, call } from '@keyhold/scripts/http-client.js'
import { kmsKeyArn } from '@keyhold/scripts/servers/start.js'
import { runService, startService } from '@keyhold/scripts/service-process.js'
import { encode } from 'cborg'
import { Binary } from 'mongodb'
import t, { type Test } from 'tap'
import { useTestCredentials } from '../support/aws-environment.ts'
import { copyDatabase, dumpDatabase } from '../support/database-copy.ts'
import { newDatabase, openMongo, rawDatabase } from '../support/mongo.ts'
import {
  at,
  type Settings,
  type TestInstances,
  type TestServers,
  testInstances,
  withRecordedServers,
} from '../support/recorded-servers.ts'
import { secretsIn } from '../support/secret-forms.ts'

const message = base64('message')
const region = 'eu-west-2'
useTestCredentials()

/** Every file of a directory, by its path. */
async function readAll(directory: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) files[path] = await readFile(path, 'latin1')
  }
  return files
}

/** Secrets whose bytes this test knows, in keys of every family, imported and rotated. */
async function importKeys({ a, b }: TestInstances) {
  const ed25519 = generateKeyPairSync('ed25519').privateKey
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const pkcs8 = { format: 'der', type: 'pkcs8' } as const
  const secrets = {
    aesKey: randomBytes(32),
    macKey: randomBytes(32),
    ed25519Seed: Buffer.from(ed25519.export({ format: 'jwk' }).d ?? '', 'base64url'),
    p256Scalar: Buffer.from(p256.export({ format: 'jwk' }).d ?? '', 'base64url'),
  }
  const { key_store_url } = await call('POST', `${a.url}/v1/keystores`, { controller: 'alice' })
  const imported = [
    ['AES256GCM', secrets.aesKey, 'encrypt'],
    ['HMACSHA256Tag256', secrets.macKey, 'computemac'],
    ['ED25519', ed25519.export(pkcs8), 'sign'],
    ['ECDSAP256DER', p256.export(pkcs8), 'sign'],
  ] as const
  const keys: { url: string; use: string }[] = []
  for (const [key_type, key, use] of imported) {
    const { key_url } = await call('PUT', `${at(b, key_store_url)}/keys`, { key_type, key: base64(key) })
    await call('POST', `${at(a, key_url)}/${use}`, { message, data: message })
    keys.push({ url: key_url, use })
  }
  for (const { url, use } of [...keys]) {
    const key_type = { encrypt: 'AES256GCM', computemac: 'HMACSHA256Tag256' }[use] ?? 'ED25519'
    const { key_url } = await call('POST', `${at(a, url)}/rotate`, { key_type })
    keys.push({ url: key_url, use })
  }
  return { secrets, keys }
}

/**
 * Opens everything there is, in this process, with the key in AWS and a lock that keeps what it has opened: integrity
 * key, server key, lock keys, keys.
 */
async function openAll(t: Test, servers: TestServers, url: string, keys: readonly { url: string; use: string }[]) {
  const opened: Record<string, Uint8Array> = {}
  const watch = (lock: LockPort): LockPort => ({
    id: lock.id,
    lock: (secret, context) => lock.lock(secret, context),
    async unlock(locked, context) {
      const secret = await lock.unlock(locked, context)
      secret.lend(bytes => (opened[JSON.stringify(context)] = Uint8Array.from(bytes)))
      return secret
    },
    check: () => lock.check(),
    close: () => lock.close(),
  })
  const endpoint = servers.kms.server.url
  const lock = watch(await openAwsKmsLock({ keyArn: kmsKeyArn, region, endpoint, timeout: 30_000 }))
  t.teardown(() => lock.close())
  const ports = { lock, store: await openMongo(t, url), random: systemRandom(), clock: systemClock }
  const server = await buildServer({ ports, observeLock: watch })
  t.teardown(() => server.close())
  for (const { url: key, use } of keys) {
    const path = `${new URL(key).pathname}/${use}`
    const { statusCode } = await server.inject({ method: 'POST', url: path, payload: { message, data: message } })
    t.equal(statusCode, 200, use)
  }
  return opened
}

await withRecordedServers(t, 'the database beside AWS KMS', async (t, servers) => {
  t.test('no key is in it unlocked: not in a document, not in a file', async t => {
    const instances = await testInstances(t, servers)
    const { secrets, keys } = await importKeys(instances)
    const opened = await openAll(t, servers, instances.databaseUrl, keys)
    const purposes = Object.keys(opened).map(context => (JSON.parse(context) as { purpose: string }).purpose)
    t.strictSame(purposes.sort(), [
      'integrity-key',
      ...Array.from({ length: 4 }, () => 'key'),
      'keystore-lock-key',
      'server-key',
    ])

    const known = { ...secrets, ...opened }
    const { databaseUrl } = instances
    const database = rawDatabase(t, databaseUrl)
    const documents = await dumpDatabase(database)
    t.strictSame(Object.keys(documents).sort(), [
      'header',
      'keys',
      'keystores',
      'log',
      'revocations',
      'server_keys',
      'sessions',
    ])
    for (const [collection, bytes] of Object.entries(documents)) t.strictSame(secretsIn(bytes, known), [], collection)
    const files = await readAll(join(servers.directory, 'db'))
    for (const [file, bytes] of Object.entries(files)) t.strictSame(secretsIn(bytes, known), [], file)

    const stored = await storedBytes(databaseUrl)
    const locked = stored.filter(({ lockId }) => lockId !== undefined)
    t.equal(locked.length, 11, 'three of the server and the keystore, and eight versions of keys, and each is locked')
    const id = Buffer.from(keys[0]?.url.split('/').at(-1) ?? '')
    t.strictSame(secretsIn(documents['keys'] ?? '', { id }), ['id'], 'what is no secret is found in a document')
    t.ok(
      Object.values(files).some(bytes => secretsIn(bytes, { id }).length > 0),
      'and in a file',
    )
    const body = Buffer.concat([Buffer.alloc(33), encode({ other: secrets.aesKey })])
    const place = { scope: 'x', id: 'x', ids: ['x'], revision: 1 }
    await database.collection('keys').insertOne({ ...place, body: new Binary(body) })
    await t.rejects(storedBytes(databaseUrl), /keys x: unknown bytes at other/, 'bytes of no known kind are found')
  })

  t.test('a copy of it opens nothing without the key in AWS', async t => {
    const { directory } = servers
    const { a, databaseUrl: original, environment } = await testInstances(t, servers)
    const { key_store_url } = await call('POST', `${a.url}/v1/keystores`, { controller: 'alice' })
    const { key_url } = await call('POST', `${at(a, key_store_url)}/keys`, { key_type: 'ED25519' })
    const { signature } = await call('POST', `${at(a, key_url)}/sign`, { message })

    const copyUrl = newDatabase(t, servers.mongo.server)
    const copy = rawDatabase(t, copyUrl)
    await copyDatabase(rawDatabase(t, original), copy)
    const copied: Settings = { ...environment, KMS_DATABASE_URL: copyUrl }
    const before = await dumpDatabase(copy)

    const admin = new KMSClient({ region, endpoint: servers.kms.server.url })
    t.teardown(() => admin.destroy())
    const { KeyMetadata: { Arn: anotherArn = '' } = {} } = await admin.send(new CreateKeyCommand({}))
    const masterKey = join(directory, 'master.key')
    await makeMasterKeyFile(masterKey)
    const { KMS_SECRET_LOCK_AWS_KEY_URI: _uri, KMS_SECRET_LOCK_AWS_ENDPOINT: _endpoint, ...withoutAws } = copied
    const local = { ...withoutAws, KMS_SECRET_LOCK_TYPE: 'local', KMS_SECRET_LOCK_KEY_PATH: masterKey }
    const another = { ...copied, KMS_SECRET_LOCK_AWS_KEY_URI: `aws-kms://${anotherArn}` }
    const sealed = `the store was sealed by the lock aws-kms:${kmsKeyArn}, the configured one is`
    async function isRefused(name: string, settings: Settings, sentence: string): Promise<void> {
      const { code, output } = await runService({ directory, environment: settings })
      t.equal(code, 1, name)
      t.ok(output.includes(`"msg":"${sentence}`), `${name}: ${output}`)
      t.notMatch(output, /\n {4}at |listening/, `${name}: no stack, and nobody was served`)
      const after = await dumpDatabase(copy)
      for (const [collection, bytes] of Object.entries(before)) t.equal(after[collection], bytes, `${name}: unchanged`)
    }
    await isRefused('a master key file', local, `${sealed} local:`)
    await isRefused('another key in AWS', another, `${sealed} aws-kms:${anotherArn}`)
    servers.kms.proxy.valve.cut()
    await isRefused('AWS cannot be reached', copied, 'the lock does not answer')
    servers.kms.proxy.valve.resume()
    const right = await startService({ directory, environment: copied })
    t.teardown(() => right.stop())
    t.strictSame(await call('POST', `${at(right, key_url)}/sign`, { message }), { signature }, 'with it, it opens')
  })
})
