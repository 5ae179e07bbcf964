import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runService, startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { directorySnapshot } from '../support/directory-snapshot.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const cases: readonly (readonly [args: readonly string[], code: number, output: RegExp])[] = [
  [['--help'], 0, /^keyhold start /],
  [['-h'], 0, /^keyhold start /],
  [['start', '--help'], 0, /^keyhold start /],
  [['keygen', '--help'], 0, /^keyhold keygen /],
  [[], 2, /^keyhold start /],
  [['stop'], 2, /^there is no such command/],
  [['start', 'now'], 2, /^there are words/],
  [['keygen'], 2, /^FILE is missing/],
  [['keygen', 'a', 'b'], 2, /^there are words/],
  [['--host', '127.0.0.1:0'], 2, /^there is no such command/],
  [['start', '--unknown'], 2, /^Unknown option '--unknown'/],
  [['start', '--unknown=x'], 2, /^Unknown option '--unknown'/],
  [['start', '-x'], 2, /^Unknown option '-x'/],
  [['start', '--host'], 2, /argument missing/],
  [['start', '--__proto__', 'x'], 2, /^Unknown option/],
  [['start', '--did-domain', 'x'], 1, /^KMS_DID_DOMAIN: not supported by this version\n$/],
  [['start', '--host='], 1, /^KMS_HOST: must be host:port/],
]

t.test('arguments', async t => {
  const directory = await temporaryDirectory(t)
  for (const [args, code, output] of cases) {
    t.match(await runService({ directory, args }), { code, output }, args.join(' '))
  }
  t.strictSame(await directorySnapshot(directory), {}, 'nothing was made')
})

t.test('keygen makes a key that the service takes, and never replaces a file', async t => {
  const directory = await temporaryDirectory(t)
  const file = join(directory, 'own.key')
  const made = await runService({ directory, args: ['keygen', file] })
  t.equal(made.code, 0)
  const text = await readFile(file, 'utf8')
  t.match(text, /^[A-Za-z0-9+/]{43}=\n$/)
  t.equal((await stat(file)).mode & 0o777, 0o600)
  t.match(made.output, /own\.key: a new master key \(mode 0600\)/)
  t.notOk(made.output.includes(text.trim()), 'the key is not printed')

  const before = await directorySnapshot(directory)
  t.match(await runService({ directory, args: ['keygen', file] }), { code: 1, output: /own\.key: exists already/ })
  t.strictSame(await directorySnapshot(directory), before)

  const service = await startService({ directory, environment: { KMS_SECRET_LOCK_KEY_PATH: file } })
  t.teardown(() => service.stop())
  t.notMatch(service.output(), /master key/)
})

t.test('keygen replaces nothing, whatever stands there', async t => {
  const directory = await temporaryDirectory(t)
  const file = join(directory, 'notes.txt')
  await writeFile(file, '')
  t.match(await runService({ directory, args: ['keygen', file] }), { code: 1 })
  t.match(await runService({ directory, args: ['keygen', directory] }), { code: 1 })
  t.equal(await readFile(file, 'utf8'), '')
})

t.test('keygen tells in a sentence why it cannot', async t => {
  const directory = await temporaryDirectory(t)
  const { code, output } = await runService({ directory, args: ['keygen', join(directory, 'missing', 'own.key')] })
  t.equal(code, 1)
  t.match(output, /own\.key/)
  t.notMatch(output, /\n {4}at /)
})
