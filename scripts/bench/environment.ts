import { type ExecFileSyncOptions, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, loadavg, release, type as systemName, totalmem } from 'node:os'

/** Where and with what something was measured, without which its figures say nothing. */
export interface Environment {
  /** ISO 8601. */
  readonly date: string
  readonly processor: string
  readonly cores: number
  /** GiB. */
  readonly memory: number
  readonly system: string
  /** The averages over 1, 5 and 15 minutes at the end, the bench itself included: how busy the machine was. */
  readonly load: readonly number[]
  readonly versions: Readonly<Record<string, string>>
}

export function environment(): Environment {
  const processors = cpus()
  const { node = '', openssl = '', v8 = '' } = process.versions
  return {
    date: new Date().toISOString(),
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory: Math.round(totalmem() / 2 ** 30),
    system: `${systemName()} ${release()}`,
    load: loadavg(),
    versions: {
      Keyhold: [versionOf('@keyhold/app'), ...commit()].join(' '),
      'Node.js': node,
      OpenSSL: openssl,
      V8: v8,
      Fastify: versionOf('fastify'),
      'sodium-native (libsodium)': versionOf('sodium-native'),
      lmdb: versionOf('lmdb'),
    },
  }
}

/** Of an installed package, whose package.json may not be among its exports. */
function versionOf(name: string): string {
  for (const directory of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(`${directory}/${name}/package.json`, 'utf8')).version
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return 'not installed'
}

/** Which state of the source it is, where that is known. */
function commit(): string[] {
  try {
    const options: ExecFileSyncOptions = { stdio: ['ignore', 'pipe', 'ignore'], cwd: import.meta.dirname }
    return [`(${String(execFileSync('git', ['describe', '--always', '--dirty'], options)).trim()})`]
  } catch {
    return []
  }
}
