import { PassThrough } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import type { Commands } from '@keyhold/app/cli/command.js'
import { commands as allCommands } from '@keyhold/app/cli/commands.js'
import { run } from '@keyhold/app/cli/run.js'

export interface CliOptions {
  readonly commands?: Commands
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
}

/** Runs a command line in this process, and answers the exit code and what it wrote to both streams. */
export async function runCli(args: readonly string[], options: CliOptions = {}) {
  const { commands = allCommands, environment = {}, input = '' } = options
  const [given, output, notes] = [new PassThrough(), new PassThrough(), new PassThrough()]
  given.end(input)
  const written = Promise.all([buffer(output), text(notes)])
  const code = await run(args, { commands, environment, input: given, output, notes })
  output.end()
  notes.end()
  const [bytes, noted] = await written
  return { code, output: bytes.toString('utf8'), bytes, notes: noted }
}
