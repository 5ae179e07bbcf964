import { parseArgs } from 'node:util'
import { usageError } from './cli-error.ts'
import type { Command, Commands, Options, Surroundings, ValueOption } from './command.ts'

/** Options that every command has; `--json` unless it is plain. */
export const commonOptions = {
  json: { type: 'boolean', description: 'Print the result, or an error, as a line of JSON.' },
  help: { type: 'boolean', short: 'h', description: 'Show this help.' },
} as const satisfies Options

export function optionsOf({ options, isPlain }: Command): Options {
  const { json, help } = commonOptions
  return { ...options, ...(isPlain !== true && { json }), help }
}

export interface Invocation {
  readonly values: Readonly<Record<string, unknown>>
  readonly words: readonly string[]
  readonly json: boolean
  readonly help: boolean
}

/** The commands whose names begin with these words: of `zcap` those are `zcap delegate` and `zcap show`. */
export function namesUnder(commands: Commands, words: readonly string[]): string[] {
  return Object.keys(commands).filter(name => `${name} `.startsWith(words.map(word => `${word} `).join('')))
}

/** The name of the command that arguments begin with, and those behind it. */
export function findCommand(
  commands: Commands,
  args: readonly string[],
): { name: string | undefined; rest: readonly string[] } {
  const name = Object.keys(commands).find(each => `${args.join(' ')} `.startsWith(`${each} `))
  return { name, rest: name === undefined ? args : args.slice(name.split(' ').length) }
}

type Environment = Surroundings['environment']

/** Reads what stands behind the name of a command. @throws CliError with the exit `usage` */
export function readArguments(command: Command, args: readonly string[], environment: Environment): Invocation {
  const options = optionsOf(command)
  const { values, positionals: words } = parse(args, options)
  const { json = false, help = false, ...given } = values as { json?: boolean; help?: boolean }
  if (help) return { values: {}, words, json, help }
  checkWords(command.words, words.length)
  return { values: readValues(command.options, given, environment), words, json, help }
}

function parse(args: readonly string[], options: Options) {
  const plain = Object.entries(options).map(([name, option]) => {
    const { type, short } = option
    const multiple = type === 'string' && option.multiple === true
    return [name, { type, multiple, ...(short !== undefined && { short }) }] as const
  })
  try {
    return parseArgs({ args: [...args], options: Object.fromEntries(plain), allowPositionals: true })
  } catch (error) {
    if (error instanceof TypeError && 'code' in error) throw usageError(sayable(error.message))
    throw error
  }
}

/** What is no option may be anything, a URL with a password among it: it is not repeated. */
function sayable(message: string): string {
  return /^Unknown option '(?!--?\w[\w-]*')/.test(message) ? 'there is an option that is not known' : message
}

type Given = Readonly<Record<string, unknown>>

function readValues(options: Options, given: Given, environment: Environment): Given {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, readOption(name, option, given[name], environment)]),
  )
}

function readOption(name: string, option: Options[string], given: unknown, environment: Environment): unknown {
  if (option.type === 'boolean') return given ?? false
  // As for settings, an empty variable is none.
  const standIn = option.variable === undefined ? undefined : environment[option.variable] || undefined
  const texts = [given ?? standIn ?? option.default ?? []].flat() as string[]
  if (option.required && texts.length === 0) throw usageError(`--${name} ${option.value} is missing`)
  const values = texts.map(text => readText(name, option, text))
  return option.multiple ? values : values[0]
}

function readText(name: string, { choices, parse = text => text }: ValueOption, text: string): unknown {
  if (choices !== undefined && !choices.includes(text)) {
    throw usageError(`--${name}: must be one of ${choices.join(', ')}`)
  }
  try {
    return parse(text)
  } catch (error) {
    throw error instanceof RangeError ? usageError(`--${name}: ${error.message}`) : error
  }
}

function checkWords(names: readonly string[], count: number): void {
  const missing = names[count]
  if (missing !== undefined && !missing.startsWith('[')) throw usageError(`${missing} is missing`)
  const most = names.at(-1)?.endsWith('...]') ? Number.POSITIVE_INFINITY : names.length
  if (count > most) throw usageError('there are words that mean nothing here')
}
