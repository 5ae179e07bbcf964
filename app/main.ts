#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { usage } from './cli/usage.ts'
import { settings, unsupportedSettings } from './config/settings.ts'

/**
 * What stands behind a command: its flags, how many words it takes, and what it does with them. Each loads its own code,
 * so that a small command does not wait for the whole service.
 */
interface Command {
  readonly flags: readonly string[]
  readonly required?: readonly string[]
  readonly words: readonly [least: number, most: number]
  readonly run: (flags: Record<string, string>, words: string[], actions: string[]) => Promise<number>
}

const commands: Readonly<Record<string, Command>> = {
  start: {
    flags: [...Object.values(settings).map(setting => setting.flag), ...Object.values(unsupportedSettings)],
    words: [0, 0],
    run: async flags => (await import('./cli/start.ts')).start(flags, process.env),
  },
  keygen: {
    flags: [],
    words: [1, 1],
    run: async (_flags, [file = '']) => (await import('./cli/keygen.ts')).keygen(file),
  },
  'did new': {
    flags: [],
    words: [1, 1],
    run: async (_flags, [file = '']) => (await import('./cli/did.ts')).newDid(file),
  },
  'did show': {
    flags: [],
    words: [1, 1],
    run: async (_flags, [file = '']) => (await import('./cli/did.ts')).showDid(file),
  },
  'zcap delegate': {
    flags: ['key', 'parent', 'to', 'target', 'expires'],
    required: ['key', 'parent', 'to', 'expires'],
    words: [0, 0],
    run: async ({ key = '', parent = '', to = '', expires = '', target }, _words, action) => {
      const { delegate } = await import('./cli/zcap.ts')
      return delegate({ key, parent, to, expires, action, ...(target !== undefined && { target }) })
    },
  },
  'zcap show': {
    flags: [],
    words: [1, 1],
    run: async (_flags, [file = '']) => (await import('./cli/zcap.ts')).show(file),
  },
  call: {
    flags: ['key', 'capability'],
    required: ['key'],
    words: [2, 3],
    run: async ({ key = '', capability }, [method = '', url = '', body]) => {
      const { call } = await import('./cli/call.ts')
      return call({ key, ...(capability !== undefined && { capability }) }, method, url, body)
    },
  },
}

/** The process: its arguments, environment and exit code. */
async function main(args: readonly string[]): Promise<number> {
  const name = Object.keys(commands).find(each => `${args.join(' ')} `.startsWith(`${each} `))
  const command = name === undefined ? undefined : commands[name]
  if (name === undefined || command === undefined) return showUsage(args.includes('--help') || args.includes('-h'))
  const { values, positionals } = readFlags(args.slice(name.split(' ').length), command.flags)
  const { help, action = [], ...flags } = values as Record<string, string> & { help?: true; action?: string[] }
  if (help) return showUsage(true)
  const [least, most] = command.words
  const complete = command.required?.every(flag => flags[flag] !== undefined) ?? true
  if (!complete || positionals.length < least || positionals.length > most) return showUsage(false)
  return command.run(flags, positionals, action)
}

/** @returns the exit code: 0 if somebody asked for it, 2 if a command was not understood */
function showUsage(asked: boolean): number {
  const stream = asked ? process.stdout : process.stderr
  stream.write(usage())
  return asked ? 0 : 2
}

function readFlags(args: readonly string[], flags: readonly string[]) {
  const texts = Object.fromEntries(flags.map(flag => [flag, { type: 'string' }] as const))
  const options = {
    ...texts,
    help: { type: 'boolean', short: 'h' },
    action: { type: 'string', multiple: true },
  } as const
  return parseArgs({ args: [...args], options, allowPositionals: true })
}

/** What a person can do something about is said in a sentence; a bug shows where it is. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isMendable =
    'code' in error || error.constructor === Error || error instanceof RangeError || error.message === 'fetch failed'
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return isMendable ? error.message + cause : (error.stack ?? error.message)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  process.stderr.write(`${describe(error)}\n`)
  process.exitCode = isUsage ? 2 : 1
}
