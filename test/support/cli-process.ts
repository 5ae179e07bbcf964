import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { repository } from './repository.ts'

export interface Ended {
  /** Null if it was killed. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CliProcessOptions {
  /** Beside `PATH` the whole environment of the process. */
  readonly environment?: Readonly<Record<string, string>>
  /** Working directory. Default: that of this process. */
  readonly directory?: string
  readonly onStart?: (child: ChildProcess) => void
}

/** Runs `keyhold` as an operator does, and answers how it ended. */
export async function keyhold(
  args: readonly string[],
  { environment = {}, directory, onStart = () => undefined }: CliProcessOptions = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [join(repository, 'app/dist/program/main.js'), ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    ...(directory !== undefined && { cwd: directory }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', text => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text))
  onStart(child)
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}
