import { about } from '../config/about.ts'
import { usageError } from './cli-error.ts'
import type { Command, Outcome, Surroundings } from './command.ts'
import { findCommand, namesUnder, readArguments } from './command-line.ts'
import { exitCodes } from './exit-codes.ts'
import { failureOf } from './failure.ts'
import { commandHelp, generalHelp, usageHint } from './help.ts'

/** Runs the command that the arguments name, and says how it ended. @returns the exit code */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { commands, notes } = surroundings
  const { name, rest } = findCommand(commands, args)
  try {
    const row = name === undefined ? undefined : commands[name]
    if (name === undefined || row === undefined) return showGeneralHelp(args, surroundings)
    const { command } = await row.load()
    return await runCommand(name, command, rest, surroundings)
  } catch (error) {
    const { exit, code, message } = failureOf(error)
    const hint = exit === 'usage' ? `\n${usageHint(name)}` : ''
    const isJson = rest.includes('--json')
    notes.write(isJson ? `${JSON.stringify({ error: { code, message } })}\n` : `${message}${hint}\n`)
    return exitCodes[exit].code
  }
}

/** Of all commands, or of those that the words begin; asked for or not understood. */
function showGeneralHelp(args: readonly string[], { commands, output, notes }: Surroundings): number {
  if (args[0] === '--version') {
    output.write(`${about().version}\n`)
    return exitCodes.done.code
  }
  const isAsked = args.includes('--help') || args.includes('-h')
  const words = args.filter(arg => !arg.startsWith('-'))
  if (!isAsked && namesUnder(commands, words).length === 0) throw usageError('there is no such command')
  const stream = isAsked ? output : notes
  stream.write(generalHelp(commands, namesUnder(commands, words).length > 0 ? words : []))
  return (isAsked ? exitCodes.done : exitCodes.usage).code
}

async function runCommand(name: string, command: Command, args: readonly string[], surroundings: Surroundings) {
  const { values, words, json, help } = readArguments(command, args, surroundings.environment)
  if (help) {
    surroundings.output.write(commandHelp(surroundings.commands, name, command))
    return exitCodes.done.code
  }
  const outcome = await command.run(values, words, surroundings)
  return typeof outcome === 'number' ? outcome : print(outcome, json, surroundings)
}

function print({ text, json, exit = 'done' }: Outcome, asJson: boolean, { output }: Surroundings): number {
  output.write(asJson ? `${JSON.stringify(json)}\n` : text)
  return exitCodes[exit].code
}
