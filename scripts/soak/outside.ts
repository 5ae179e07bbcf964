import { readdir, readFile } from 'node:fs/promises'

/** What Linux says of a process (proc(5)). */
export interface OutsideSample {
  /** Bytes in memory: all of them, and those of no file. The pages of the database are a file's. */
  readonly rss: number
  readonly anonymous: number
  readonly descriptors: number
  readonly threads: number
}

export async function lookAt(pid: number): Promise<OutsideSample> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const figure = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  return {
    rss: figure('VmRSS') * 1024,
    anonymous: figure('RssAnon') * 1024,
    descriptors: (await readdir(`/proc/${pid}/fd`)).length,
    threads: figure('Threads'),
  }
}
