#!/usr/bin/env node
import { commands } from './cli/commands.ts'
import { run } from './cli/run.ts'

/** The process: its arguments, environment, streams and exit code. */
const { argv, env: environment, stdin: input, stdout: output, stderr: notes } = process
process.exitCode = await run(argv.slice(2), { commands, environment, input, output, notes })
