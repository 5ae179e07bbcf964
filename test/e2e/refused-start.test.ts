import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { call } from '@keyhold/scripts/http-client.js'
import { runService, startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { directorySnapshot } from '../support/directory-snapshot.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** A directory in which a service has run and stored a key. */
async function usedDirectory(t: { teardown(fn: () => unknown): unknown }): Promise<string> {
  const directory = await temporaryDirectory(t)
  const service = await startService({ directory })
  const { key_store_url } = await call('POST', `${service.url}/v1/keystores`, { controller: 'alice' })
  await call('POST', `${key_store_url}/keys`, { key_type: 'ED25519' })
  await service.stop()
  return directory
}

t.test('a store that cannot be opened is refused in a sentence, and left as it is', async t => {
  const used = await usedDirectory(t)
  const otherKey = Buffer.alloc(32, 7).toString('base64')
  const cases: readonly (readonly [name: string, change: (directory: string) => Promise<void>, sentence: RegExp])[] = [
    ['no master key', file => rm(file), /there is no such file; restore it from its copy/],
    [
      'another master key',
      file => writeFile(file, otherKey),
      /the store was sealed by the lock local:\S+, the configured one is local:/,
    ],
    ['an empty master key', file => writeFile(file, ''), /a master key is 32 random bytes/],
    ['a master key that is text', file => writeFile(file, 'x'.repeat(32)), /a master key is 32 random bytes/],
    ['two master keys', file => writeFile(file, otherKey.repeat(2)), /a master key is 32 random bytes/],
    ['a master key of zeros', file => writeFile(file, Buffer.alloc(32)), /the key is all zero/],
    ['a master key that others may read', file => chmod(file, 0o644), /others can read or change it/],
    ['a directory for a master key', file => rm(file).then(() => mkdir(file)), /not a regular file/],
  ]
  for (const [name, change, sentence] of cases) {
    const directory = await temporaryDirectory(t)
    await cp(used, directory, { recursive: true })
    await change(join(directory, 'keyhold-data', 'master.key'))
    const { 'keyhold-data/lock.mdb': _readers, ...before } = await directorySnapshot(directory)
    const { code, output } = await runService({ directory })
    t.equal(code, 1, name)
    t.match(output, sentence, name)
    t.notMatch(output, /\n {4}at |listening/, `${name}: no stack, and nobody was served`)
    const { 'keyhold-data/lock.mdb': _later, ...after } = await directorySnapshot(directory)
    t.strictSame(after, before, `${name}: nothing was changed`)
  }
})

t.test('a master key is made for a new store alone', async t => {
  const directory = await temporaryDirectory(t)
  await mkdir(join(directory, 'keyhold-data'))
  await writeFile(join(directory, 'keyhold-data', 'notes.txt'), 'somebody was here')
  const before = await directorySnapshot(directory)
  t.match(await runService({ directory }), { code: 1, output: /there is no such file/ })
  t.strictSame(await directorySnapshot(directory), before)

  const named = { KMS_SECRET_LOCK_KEY_PATH: join(directory, 'own.key'), KMS_DATABASE_URL: join(directory, 'new') }
  t.match(await runService({ directory, environment: named }), { code: 1, output: /own\.key: there is no such file/ })
  t.strictSame(await directorySnapshot(directory), before, 'nor where somebody named another')
})

t.test('every problem of the settings is printed, and nothing is made', async t => {
  const directory = await temporaryDirectory(t)
  const environment = { KMS_HOST: '0.0.0.0:0', KMS_LOG_LEVEL: 'loud', KMS_DID_DOMAIN: 'x', KMS_HOTS: 'x' }
  const { code, output } = await runService({ directory, environment, args: ['start', '--body-limit', '1'] })
  t.equal(code, 1)
  const variables = output
    .trimEnd()
    .split('\n')
    .map(line => line.slice(0, line.indexOf(':')))
  t.strictSame(variables.sort(), ['KMS_AUTH_TYPE', 'KMS_BODY_LIMIT', 'KMS_DID_DOMAIN', 'KMS_HOTS', 'KMS_LOG_LEVEL'])
  t.strictSame(await directorySnapshot(directory), {})
})

t.test('an address that is taken is told in a sentence', async t => {
  const directory = await temporaryDirectory(t)
  const other = createServer().listen(0, '127.0.0.1')
  t.teardown(() => other.close())
  await new Promise(resolve => other.once('listening', resolve))
  const address = other.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const { code, output } = await runService({ directory, environment: { KMS_HOST: `127.0.0.1:${port}` } })
  t.equal(code, 1)
  t.match(output, /EADDRINUSE/)
  t.notMatch(output, /\n {4}at /)
})

t.test('a directory that cannot be made is told in a sentence', async t => {
  const directory = await temporaryDirectory(t)
  const file = join(directory, 'file')
  await writeFile(file, '')
  const environments = [
    { KMS_DATABASE_URL: join(file, 'data') },
    { KMS_DATABASE_URL: file },
    { KMS_DATABASE_URL: file, KMS_SECRET_LOCK_KEY_PATH: join(file, 'own.key') },
  ]
  for (const environment of environments) {
    const { code, output } = await runService({ directory, environment })
    t.equal(code, 1)
    t.match(output, /"level":60.*"msg":"[^"]*(not a directory|file already exists|cannot be read)/)
    t.notMatch(output, /\n {4}at /)
  }
})

t.test('a data file that is no database is refused in a sentence, and left as it is', async t => {
  const used = await usedDirectory(t)
  const file = join(used, 'keyhold-data', 'data.mdb')
  const { length } = await readFile(file)
  const contents: readonly (readonly [name: string, content: Buffer])[] = [
    ['text', Buffer.alloc(length, 'no database ')],
    ['zeros', Buffer.alloc(length)],
    ['a few bytes', Buffer.from('few')],
  ]
  for (const [name, content] of contents) {
    await writeFile(file, content)
    const { code, output } = await runService({ directory: used })
    t.equal(code, 1, name)
    t.match(output, /written in a format that this version cannot read/, name)
    t.strictSame(await readFile(file), content, name)
  }
})
