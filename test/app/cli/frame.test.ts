import { setTimeout as sleep } from 'node:timers/promises'
import { CliError } from '@keyhold/app/cli/cli-error.js'
import { type Commands, defineCommand, definePlainCommand } from '@keyhold/app/cli/command.js'
import { exitFor } from '@keyhold/app/cli/exit-codes.js'
import { duration } from '@keyhold/app/config/values.js'
import { KeyholdError } from '@keyhold/client'
import { KmsError } from '@keyhold/core'
import t from 'tap'
import { runCli } from '../../support/run-cli.ts'

const echo = defineCommand({
  options: {
    name: { type: 'string', value: 'NAME', required: true, variable: 'THE_NAME', description: 'A name.' },
    ttl: { type: 'string', value: 'DURATION', parse: duration, default: '1s', description: 'How long.' },
    kind: { type: 'string', value: 'KIND', choices: ['a', 'b'], description: 'Of two.' },
    each: { type: 'string', value: 'TEXT', multiple: true, description: 'Many.' },
    yes: { type: 'boolean', short: 'y', description: 'Whether.' },
  },
  words: ['FILE', '[OTHER...]'],
  run: async (values, words) => ({ text: `hello ${values.name}\n`, json: { ...values, words } }),
})

const failing = (error: unknown) => defineCommand({ options: {}, words: [], run: async () => Promise.reject(error) })

const plain = definePlainCommand({
  options: {},
  words: [],
  async run(_options, _words, { output }) {
    output.write('as it is\n')
    await sleep(1)
    return 7
  },
})

const tableOf = (rows: Record<string, ReturnType<typeof defineCommand>>): Commands =>
  Object.fromEntries(
    Object.entries(rows).map(([name, command]) => [name, { summary: name, load: async () => ({ command }) }]),
  )

const commands = tableOf({ 'some echo': echo, plain })

t.test('values are read as they were declared', async t => {
  const args = [
    'some',
    'echo',
    '--name',
    'x',
    '--ttl',
    '2m',
    '--each',
    '1',
    '--each=2',
    '-y',
    '--json',
    'file',
    'a',
    'b',
  ]
  const { code, output } = await runCli(args, { commands })
  t.equal(code, 0)
  t.strictSame(JSON.parse(output), { name: 'x', ttl: 120_000, each: ['1', '2'], yes: true, words: ['file', 'a', 'b'] })
  t.match(await runCli(['some', 'echo', '--name', 'x', 'file'], { commands }), { output: 'hello x\n', notes: '' })
})

t.test('a variable stands for an option, and a default for both', async t => {
  const environment = { THE_NAME: 'y' }
  const { output } = await runCli(['some', 'echo', '--json', 'file'], { commands, environment })
  t.strictSame(JSON.parse(output), { name: 'y', ttl: 1000, each: [], yes: false, words: ['file'] })
  const given = await runCli(['some', 'echo', '--name', 'z', 'file'], { commands, environment })
  t.equal(given.output, 'hello z\n')
})

const refused: readonly (readonly [args: string, notes: RegExp])[] = [
  ['some echo file', /^--name NAME is missing\n/],
  ['some echo --name x', /^FILE is missing\n`keyhold some echo --help` shows how it is used\.\n$/],
  ['some echo --name x --ttl soon file', /^--ttl: must be a duration/],
  ['some echo --name x --kind c file', /^--kind: must be one of a, b\n/],
  ['some echo --name x --other file', /^Unknown option '--other'/],
  ['some echo --name', /argument missing/],
  ['plain word', /^there are words that mean nothing here\n/],
  ['plain --json', /^Unknown option '--json'|"code":"USAGE"/],
  ['plain --https://user:word@host', /^there is an option that is not known\n/],
  ['nothing', /^there is no such command\n`keyhold --help`/],
]

t.test('a command line that is wrong ends with 2 and a sentence', async t => {
  for (const [args, notes] of refused) {
    t.match(await runCli(args.split(' '), { commands }), { code: 2, output: '', notes }, args)
  }
  const { notes } = await runCli(['some', 'echo', '--json'], { commands })
  t.strictSame(JSON.parse(notes), { error: { code: 'USAGE', message: 'FILE is missing' } })
})

t.test('a plain command writes itself and answers the exit code', async t => {
  t.match(await runCli(['plain'], { commands }), { code: 7, output: 'as it is\n', notes: '' })
})

const system = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
const failures: readonly (readonly [error: unknown, code: number, name: string, message: RegExp])[] = [
  [new CliError('invalid', 'TAMPERED', 'entry 5 is missing'), 5, 'TAMPERED', /^entry 5 is missing$/],
  [new KmsError('STORE_UNAVAILABLE', 'no answer'), 3, 'STORE_UNAVAILABLE', /^no answer$/],
  [
    new KmsError('STORE_MISMATCH', 'another lock', { cause: new Error('why') }),
    5,
    'STORE_MISMATCH',
    /^another lock: why$/,
  ],
  [new KeyholdError(403, 'FORBIDDEN', 'not you'), 4, 'FORBIDDEN', /^403 FORBIDDEN: not you$/],
  [new KeyholdError(404, 'KEY_NOT_FOUND', 'no such key'), 1, 'KEY_NOT_FOUND', /^404 KEY_NOT_FOUND: no such key$/],
  [new TypeError('fetch failed', { cause: system }), 3, 'UNREACHABLE', /ECONNREFUSED 127/],
  [system, 3, 'ECONNREFUSED', /ECONNREFUSED/],
  [new RangeError('must be longer'), 1, 'FAILED', /^must be longer$/],
  [new TypeError('x is not a function'), 70, 'INTERNAL_ERROR', /^TypeError: x is not a function\n {4}at /],
]

t.test('an error is told in a sentence, or as JSON, and says how it ended', async t => {
  for (const [error, code, name, message] of failures) {
    const failed = tableOf({ fail: failing(error) })
    const told = await runCli(['fail'], { commands: failed })
    t.match(told, { code, output: '' }, name)
    t.match(told.notes.trimEnd(), message)
    const { notes } = await runCli(['fail', '--json'], { commands: failed })
    t.match(JSON.parse(notes), { error: { code: name, message } })
  }
})

t.test('codes are told apart by what can be done about them', async t => {
  for (const code of ['LOCK_UNAVAILABLE', 'OVERLOADED', 'ENOTFOUND']) t.equal(exitFor(code), 'unreachable')
  for (const code of ['UNAUTHENTICATED', 'LOCK_REFUSED', 'EACCES']) t.equal(exitFor(code), 'forbidden')
  for (const code of ['STORE_CORRUPT', 'VERIFICATION_FAILED']) t.equal(exitFor(code), 'invalid')
  for (const code of ['CONFLICT', 'ENOENT']) t.equal(exitFor(code), 'failed')
})
