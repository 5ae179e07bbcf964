import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openEmbeddedKeyStore } from '@keyhold/adapters'
import { openKms } from '@keyhold/core'
import t, { type Test } from 'tap'
import { allRecords } from '../../support/all-records.ts'
import { type CliProcessOptions, keyhold } from '../../support/cli-process.ts'
import { openStore } from '../../support/embedded-store.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { testPorts } from '../../support/test-ports.ts'
import { useStore } from '../../support/used-store.ts'

const migrate = (args: readonly string[], options: CliProcessOptions = {}) => keyhold(['migrate', ...args], options)

t.test('a move says what it has moved, and a second one that it had ended', async t => {
  const { from, to, all } = await directories(t)
  const first = await migrate(['--from', `embedded:${from}`, '--to', `embedded:${to}`])
  t.match(first, { code: 0, stderr: '' })
  t.match(
    first.stdout,
    /^keys: 5\nkeystores: 3\nrevocations: 1\nserver-keys: 1\nsessions: 1\ncopied by this run: 11\nBoth stores/,
  )
  const second = await migrate(['--json'], {
    environment: { KEYHOLD_MIGRATE_FROM: `embedded:${from}`, KEYHOLD_MIGRATE_TO: `embedded:${to}` },
  })
  t.match(second, { code: 0, stderr: '' })
  t.match(JSON.parse(second.stdout), { copied: 0, endedBefore: true, records: { keystores: 3 } })
  t.strictSame(await allRecords(await openStore(t, to)), all)
})

t.test('a process that is killed while it moves leaves nothing that the next one cannot end', async t => {
  const { from, all } = await directories(t)
  for (const writtenBefore of ['data.mdb', 'lock.mdb']) {
    const to = join(await temporaryDirectory(t), 'new')
    const args = ['--from', `embedded:${from}`, '--to', `embedded:${to}`]
    const onStart = (child: ChildProcess) => {
      const timer = setInterval(() => {
        if (existsSync(join(to, writtenBefore))) child.kill('SIGKILL')
      }, 1)
      child.on('close', () => clearInterval(timer))
    }
    await migrate(args, { onStart })
    t.match(await migrate(args), { code: 0, stderr: '' })
    t.strictSame(await allRecords(await openStore(t, to)), all)
  }
})

t.test('what cannot be moved is said in a sentence', async t => {
  const { from, to } = await directories(t)
  const missing = join(to, 'missing')
  const nowhere = await migrate(['--from', `embedded:${missing}`, '--to', `embedded:${to}`])
  t.match(nowhere, { code: 3, stdout: '', stderr: 'there is no store in the directory\n' })
  t.notOk(existsSync(missing), 'a source is not made')
  await mkdir(missing)
  const empty = await migrate(['--from', `embedded:${missing}`, '--to', `embedded:${to}`])
  t.match(empty, { code: 3, stdout: '', stderr: 'there is no store in the directory\n' })
  const store = await openStore(t, to)
  await openKms({ ...testPorts('another'), store })
  const inUse = await migrate(['--from', `embedded:${from}`, '--to', `embedded:${to}`])
  t.match(inUse, { code: 1, stdout: '', stderr: /^the target is the store of another service: [^\n]+\n$/ })
  const file = await migrate(['--from', `embedded:${from}`, '--to', `embedded:${join(from, 'data.mdb')}`])
  t.match(file, { code: 3, stdout: '', stderr: /^the store does not answer: EEXIST[^\n]+\n$/ })
})

t.test('a command line that is wrong is refused without repeating it', async t => {
  const directory = await temporaryDirectory(t)
  const [from, to] = [`embedded:${join(directory, 'a')}`, `embedded:${join(directory, 'b')}`]
  const wrong: readonly (readonly [message: string, args: readonly string[]])[] = [
    ['--from STORE is missing', []],
    ['--to STORE is missing', ['--from', from]],
    ['a store is embedded:DIRECTORY or mongodb://…', ['--from', 'redis://:hunter2@db', '--to', to]],
    ['a store is embedded:DIRECTORY or mongodb://…', ['--from', from, '--to', 'embedded:']],
    ['a prefix belongs to MongoDB', ['--from', from, '--to', to, '--prefix-from', 'x']],
    ['the source and the target are the same store', ['--from', from, '--to', `embedded:${directory}/x/../a`]],
    [
      'the source and the target are the same store',
      ['--from', 'mongodb://u:hunter2@h', '--to', 'mongodb://u:hunter2@h'],
    ],
    ['there are words that mean nothing here', ['mongodb://u:hunter2@h']],
    ['there is an option that is not known', ['--mongodb://u:hunter2@h']],
  ]
  for (const [message, args] of wrong) {
    const { code, stdout, stderr } = await migrate(args)
    t.equal(code, 2, message)
    t.equal(stdout, '')
    t.equal(stderr, `${message}\n\`keyhold migrate --help\` shows how it is used.\n`)
    t.notMatch(stderr, /hunter2/)
  }
  t.notOk(existsSync(join(directory, 'a')), 'nothing is made')
})

/** The directory of a store that is in use, one for a new store, and all records of the first. */
async function directories(t: Test) {
  const from = await temporaryDirectory(t)
  const store = await openEmbeddedKeyStore({ directory: from })
  await useStore(t, store, { keystores: 3, keys: 3 })
  const all = await allRecords(store)
  await store.close()
  return { from, to: await temporaryDirectory(t), all }
}
