import { lookup } from 'node:dns/promises'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import type { Metered } from './variant-process.ts'

/** The process that listens on a port of this machine; undefined if there is none here, or the system does not say. */
export async function processListeningAt(host: string, port: number): Promise<number | undefined> {
  if (!(await isHere(host))) return undefined
  const inodes = await listeningInodes(port)
  const ids = (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name))
  for (const id of ids) {
    // Processes end, and those of others are not shown.
    const descriptors = await readdir(`/proc/${id}/fd`).catch(() => [])
    const targets = await Promise.all(descriptors.map(name => readlink(`/proc/${id}/fd/${name}`).catch(() => '')))
    if (targets.some(target => inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? ''))) return Number(id)
  }
  return undefined
}

async function isHere(host: string): Promise<boolean> {
  const { address } = await lookup(host)
  const own = Object.values(networkInterfaces()).flatMap(each => each ?? [])
  return own.some(each => each.address === address)
}

/** Of sockets that listen on a port (proc_net_tcp(5)). */
async function listeningInodes(port: number): Promise<Set<string>> {
  const listens = '0A'
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const tables = await Promise.all(['tcp', 'tcp6'].map(name => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')))
  const lines = tables.flatMap(table => table.split('\n').slice(1)).map(line => line.trim().split(/\s+/))
  const found = lines.filter(([, local = '', , state]) => local.endsWith(ending) && state === listens)
  return new Set(found.map(fields => fields[9] ?? ''))
}

/** What a kernel's clock ticks are counted in: the same on every system with a C library (sysconf(3), USER_HZ). */
const microsecondsPerTick = 10_000

/**
 * The processor time of a process of somebody else, from what the kernel says of its threads in nanoseconds. Threads that
 * have ended meanwhile are not among them: they are in the time of the whole process alone, which counts in ticks. So
 * where that has grown by clearly more, it is believed.
 */
export function meterOf(pid: number): Metered {
  const seen = new Map<string, number>()
  let total = 0
  let ticks: number | undefined
  return {
    async cpu() {
      const [grown, now] = await Promise.all([growthOfThreads(pid, seen), ticksOf(pid)])
      const byTicks = (now - (ticks ?? now)) * microsecondsPerTick
      ticks = now
      total += byTicks - grown > 2 * microsecondsPerTick ? byTicks : grown
      return total
    },
  }
}

/** Microseconds since the last look, for which all threads that are there now have run. */
async function growthOfThreads(pid: number, seen: Map<string, number>): Promise<number> {
  let grown = 0
  const names = await readdir(`/proc/${pid}/task`)
  for (const name of names) {
    const text = await readFile(`/proc/${pid}/task/${name}/schedstat`, 'utf8').catch(() => undefined)
    if (text === undefined) continue
    const nanoseconds = Number(text.split(' ')[0])
    grown += (nanoseconds - (seen.get(name) ?? 0)) / 1000
    seen.set(name, nanoseconds)
  }
  for (const name of seen.keys()) if (!names.includes(name)) seen.delete(name)
  return grown
}

/** User and system time of the whole process, of threads that have ended as well (proc_pid_stat(5)). */
async function ticksOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}
