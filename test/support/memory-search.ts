import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { secretsIn } from './secret-forms.ts'
import { until } from './until.ts'

type Secrets = Readonly<Record<string, Uint8Array>>

/** The environment in which a process of the service can be searched, with further modules in it. */
export function dumping(...modules: readonly string[]): { NODE_OPTIONS: string } {
  const urls = ['./memory-dump.js', ...modules].map(module => new URL(module, import.meta.url).href)
  return { NODE_OPTIONS: urls.map(url => `--import=${url}`).join(' ') }
}

/** Finds secrets, in any form, that are alive in the memory of a process. */
export class MemorySearch {
  readonly #pid: number
  readonly #directory: string
  #count = 0

  /** @param directory in which the process runs */
  constructor(pid: number, directory: string) {
    this.#pid = pid
    this.#directory = directory
  }

  /** @returns which of them are in strings, or in arrays of bytes */
  async find(inStrings: Secrets, inBytes: Secrets): Promise<string[]> {
    this.#count += 1
    const file = (kind: string) => join(this.#directory, `${this.#count}.${kind}`)
    process.kill(this.#pid, 'SIGUSR2')
    await until(async () => (await stat(file('done')).catch(() => undefined)) !== undefined)
    const { strings } = JSON.parse(await readFile(file('heapsnapshot'), 'utf8')) as { strings: string[] }
    // No form of a secret is shorter, and most of the others are names.
    const texts = strings.filter(({ length }) => length >= 16).join('\n')
    const bytes = await readFile(file('buffers'), 'latin1')
    await Promise.all(['heapsnapshot', 'buffers', 'done'].map(kind => rm(file(kind))))
    return [
      ...secretsIn(texts, inStrings).map(name => `${name} in strings`),
      ...secretsIn(bytes, inBytes).map(name => `${name} in bytes`),
    ]
  }
}
