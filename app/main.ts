#!/usr/bin/env node
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { keygen } from './cli/keygen.ts'
import { start } from './cli/start.ts'
import { usage } from './cli/usage.ts'
import { settings, unsupportedSettings } from './config/settings.ts'

/** The process: its arguments, environment and exit code. */
async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args
  const { values, positionals } = readFlags(command === 'start' || command === 'keygen' ? rest : args)
  if (values['help'] === true) {
    process.stdout.write(usage())
    return 0
  }
  const [file, ...surplus] = positionals
  if (command === 'start' && file === undefined) return start(values as Record<string, string>, process.env)
  if (command === 'keygen' && file !== undefined && surplus.length === 0) return keygen(file)
  process.stderr.write(usage())
  return 2
}

function readFlags(args: readonly string[]) {
  const flags = [...Object.values(settings).map(setting => setting.flag), ...Object.values(unsupportedSettings)]
  const options: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean', short: 'h' } }
  for (const flag of flags) options[flag] = { type: 'string' }
  return parseArgs({ args: [...args], options, allowPositionals: true })
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  process.stderr.write(isUsage ? `${error.message}\n` : `${error instanceof Error ? error.stack : error}\n`)
  process.exitCode = isUsage ? 2 : 1
}
