import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(import.meta.resolve('@keyhold/app/program/main.js'))

/** Milliseconds, far more than any start takes, on a busy machine too. */
const longestStart = 120_000

export interface ServiceOptions {
  /**
   * Beside `PATH` the whole environment of the process. Unless they are given, `KMS_HOST` is a free loopback port,
   * `KMS_AUTH_TYPE` is `none`, and `KMS_SHUTDOWN_DELAY` is 0.
   */
  readonly environment?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  /** Working directory. */
  readonly directory: string
}

export interface ServiceProcess {
  /** Where it listens, without a slash at the end. */
  readonly url: string
  readonly pid: number
  /** Everything it has written so far. */
  output(): string
  /** Reads no more of what it writes: its next line finds a broken pipe. */
  closeOutput(): void
  /** Goes on reading, and keeps nothing of it: a line for each request is much in the end. */
  forgetOutput(): void
  /** Sends a signal and resolves with the exit code (null if the signal ended it). */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/**
 * Starts the real service as a process of its own and resolves when it listens.
 *
 * @throws Error with the process's output if it ends before, or does not listen within two minutes
 */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  const { child, output, forget } = spawnService(options)
  const url = await listening(child, output)
  return {
    url,
    pid: child.pid ?? 0,
    output,
    closeOutput() {
      child.stdout?.destroy()
    },
    forgetOutput: forget,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) {
        const exit = once(child, 'exit')
        child.kill(signal)
        await exit
      }
      return child.exitCode
    },
  }
}

/** Runs the command line to its end, for what is expected to stop by itself. */
export async function runService(options: ServiceOptions): Promise<{ code: number | null; output: string }> {
  const { child, output } = spawnService(options)
  await once(child, 'close')
  return { code: child.exitCode, output: output() }
}

const defaults = { KMS_HOST: '127.0.0.1:0', KMS_AUTH_TYPE: 'none', KMS_SHUTDOWN_DELAY: '0' }

/** Starts the process and does not wait for anything. */
export function spawnService({ environment = {}, args = ['start'], directory }: ServiceOptions) {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: directory,
    env: { PATH: process.env['PATH'], ...defaults, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [written, isKept] = ['', true]
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      if (isKept) written += text
    })
  }
  const forget = () => {
    isKept = false
  }
  return { child, output: () => written, forget }
}

async function listening(child: ChildProcess, output: () => string): Promise<string> {
  const deadline = AbortSignal.timeout(longestStart)
  try {
    for (;;) {
      const url = /listening at (https?:\/\/[^"\s]+)/.exec(output())?.[1]
      if (url !== undefined) return url
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('the service ended')
      const waits = new AbortController()
      const signal = AbortSignal.any([deadline, waits.signal])
      try {
        await Promise.race([
          once(child.stdout ?? child, 'data', { signal }),
          once(child.stderr ?? child, 'data', { signal }),
          once(child, 'close', { signal }),
        ])
      } finally {
        waits.abort()
      }
    }
  } catch (cause) {
    child.kill('SIGKILL')
    throw new Error(`the service did not start:\n${output()}`, { cause })
  }
}
