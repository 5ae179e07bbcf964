import type { Command, Commands, Options } from './command.ts'
import { namesUnder, optionsOf } from './command-line.ts'
import { exitCodes } from './exit-codes.ts'

/** The text of `keyhold --help`; of a part of it if these words begin the names of commands. */
export function generalHelp(commands: Commands, words: readonly string[] = []): string {
  const rows = namesUnder(commands, words).map(name => [`keyhold ${name}`, commands[name]?.summary ?? ''] as const)
  const exits = Object.values(exitCodes).map(({ code, meaning }) => [String(code), meaning] as const)
  return `${table(rows)}
\`keyhold COMMAND --help\` says more of a command. Most take --json.

The exit code says how it ended:
${table(exits, '  ')}`
}

/** The text of `keyhold COMMAND --help`. */
export function commandHelp(commands: Commands, name: string, command: Command): string {
  const options = optionsOf(command)
  const usage = ['keyhold', name, ...requiredOf(options), '[OPTION ...]', ...command.words].join(' ')
  const blocks = [`${usage}\n\n${capital(commands[name]?.summary ?? '')}.\n\n`, describe(options), command.more]
  return blocks.filter(block => block !== undefined).join('')
}

export function usageHint(name: string | undefined): string {
  return `\`keyhold ${name === undefined ? '' : `${name} `}--help\` shows how it is used.`
}

function requiredOf(options: Options): string[] {
  return Object.entries(options).flatMap(([name, option]) =>
    option.type === 'string' && option.required ? [`--${name} ${option.value}`] : [],
  )
}

function describe(options: Options): string {
  return Object.entries(options)
    .map(([name, option]) => `  --${name}${details(option)}\n      ${option.description}${fallback(option)}\n`)
    .join('')
}

function details(option: Options[string]): string {
  const short = option.short === undefined ? '' : `, -${option.short}`
  if (option.type === 'boolean') return short
  const { value, multiple, variable } = option
  return `${short} ${value}${multiple ? ' ...' : ''}${variable === undefined ? '' : `, ${variable}`}`
}

function fallback(option: Options[string]): string {
  return option.type === 'string' && option.default !== undefined ? ` [${option.default}]` : ''
}

function table(rows: readonly (readonly [string, string])[], indent = ''): string {
  const width = Math.max(0, ...rows.map(([left]) => left.length)) + 3
  return rows.map(([left, right]) => `${indent}${left.padEnd(width)}${right}\n`).join('')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
