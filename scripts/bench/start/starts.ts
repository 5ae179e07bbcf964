import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { shuffled, type UnitRandom } from '../statistics.ts'

/** What is started, and where. */
export interface Startable {
  readonly file: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly directory: string
}

export interface Start {
  /** Milliseconds until it listens: of the clock, and of the processor, all threads together. */
  readonly wall: number
  readonly cpu: number
  /** Bytes when it has listened for a while: what it has that is no file's, and all of it. */
  readonly own: number
  readonly resident: number
}

/** Milliseconds from listening to the look at the memory. */
const settling = 1000

export const bareServer = fileURLToPath(new URL('./bare-server.js', import.meta.url))
export const serviceMain = fileURLToPath(import.meta.resolve('@keyhold/app/program/main.js'))

/** Starts each so many times, in a random order in each round. On Linux alone, which says how long a process has run. */
export async function measureStarts<Name extends string>(
  startables: Readonly<Record<Name, Startable>>,
  rounds: number,
  random: UnitRandom,
): Promise<Readonly<Record<Name, Start>>[]> {
  const taken: Readonly<Record<Name, Start>>[] = []
  while (taken.length < rounds) {
    const round: Partial<Record<Name, Start>> = {}
    for (const [name, startable] of shuffled(Object.entries<Startable>(startables), random)) {
      round[name as Name] = await startOnce(startable)
    }
    taken.push(round as Record<Name, Start>)
  }
  return taken
}

async function startOnce({ file, args, environment, directory }: Startable): Promise<Start> {
  const env = { PATH: process.env['PATH'], ...environment }
  const began = performance.now()
  const child = spawn(process.execPath, [file, ...args], { cwd: directory, env, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await listening(child)
    const wall = performance.now() - began
    const cpu = await processorTime(child.pid ?? 0)
    await sleep(settling)
    return { wall, cpu, ...(await memoryOf(child.pid ?? 0)) }
  } finally {
    const exit = once(child, 'exit')
    if (child.exitCode === null && child.kill('SIGTERM')) await exit
  }
}

async function listening(child: ChildProcess): Promise<void> {
  let written = ''
  for await (const text of child.stdout?.setEncoding('utf8').iterator({ destroyOnReturn: false }) ?? []) {
    written += text
    if (/listening at http/i.test(written)) {
      child.stdout?.resume()
      return
    }
  }
  throw new Error(`what was started does not listen:\n${written}`)
}

/** Milliseconds for which all threads have run (proc(5)). */
async function processorTime(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`)
  const times = threads.map(thread => readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0'))
  return (await Promise.all(times)).reduce((sum, text) => sum + Number(text.split(' ')[0]), 0) / 1e6
}

async function memoryOf(pid: number): Promise<Pick<Start, 'own' | 'resident'>> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024
  return { own: bytes('RssAnon'), resident: bytes('VmRSS') }
}
