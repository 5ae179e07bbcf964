import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'

/** A server that runs as a process of its own, on a loopback address. */
export interface ServerProcess {
  /** What its readiness line says. */
  readonly address: string
  readonly pid: number
  /** The last 8 KiB that it wrote. */
  output(): string
  /** Sends it a signal. After SIGSTOP none of its threads goes on. */
  kill(signal: NodeJS.Signals): void
  /** Ends it at once, also while it is stopped, and resolves when it is gone. May be called more than once. */
  stop(): Promise<void>
}

export interface LaunchOptions {
  readonly name: string
  readonly command: readonly [file: string, ...args: string[]]
  readonly directory: string
  /** The line that says that it listens; the first group is the address. */
  readonly ready: RegExp
}

/** Milliseconds, far more than any start takes, on a busy machine too. */
const readyWithin = 120_000

/**
 * The shell owns the server: it prints the server's pid, and kills that pid when our end of its standard input closes.
 * So nothing is left behind by a test run that crashed, or was killed.
 */
const ownedByShell = '"$@" & p=$!; echo "pid $p"; cat >/dev/null; kill -9 $p 2>/dev/null; wait $p 2>/dev/null'

/** Starts a server and resolves when it listens. @throws Error with its output if it does not */
export async function launch({ name, command, directory, ready }: LaunchOptions): Promise<ServerProcess> {
  const shell = spawn('sh', ['-c', ownedByShell, 'sh', ...command], { cwd: directory, stdio: 'pipe' })
  const ended = once(shell, 'exit')
  let written = ''
  const up = new Promise<{ pid: number; address: string }>((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`${name} ${reason}:\n${written}`))
    const timer = setTimeout(() => fail('was not ready in time'), readyWithin)
    const read = (text: string) => {
      written = (written + text).slice(-8192)
      const pid = Number(/^pid (\d+)$/m.exec(written)?.[1])
      const address = ready.exec(written)?.[1]
      if (address === undefined || !(pid > 0)) return
      clearTimeout(timer)
      resolve({ pid, address })
    }
    for (const stream of [shell.stdout, shell.stderr]) stream.setEncoding('utf8').on('data', read)
    ended.then(() => {
      clearTimeout(timer)
      fail('ended before it was ready')
    }, reject)
  })
  const { pid, address } = await up.catch(error => {
    shell.stdin.end()
    throw error
  })
  const kill = (signal: NodeJS.Signals) => {
    process.kill(pid, signal)
    if (signal !== 'SIGSTOP') return
    while (threadStates(pid).some(state => 'RSD'.includes(state))) Atomics.wait(nobody, 0, 0, 1)
  }
  return {
    address,
    pid,
    output: () => written,
    kill,
    async stop() {
      shell.stdin.end()
      await ended
    },
  }
}

/** Nobody wakes who waits here: the time is over then. */
const nobody = new Int32Array(new SharedArrayBuffer(4))

/**
 * One letter for each thread, as `ps` shows it: a stopped process stops them one after the other, and those that serve
 * go on until the first has had its turn. None where the system does not say.
 */
function threadStates(pid: number): string[] {
  const tasks = `/proc/${pid}/task`
  const orNothing = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch {
      return undefined
    }
  }
  return (orNothing(() => readdirSync(tasks)) ?? []).flatMap(id => {
    const line = orNothing(() => readFileSync(`${tasks}/${id}/stat`, 'utf8'))
    return /\) (\S) /.exec(line ?? '')?.[1] ?? []
  })
}
