import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../../../../', import.meta.url))
const directory = resolve(repository, process.env['KEYHOLD_VECTORS'] ?? '../shared/vectors', 'wycheproof')

/** A file of test vectors as Project Wycheproof writes them (`testvectors_v1`). */
export interface VectorFile {
  readonly numberOfTests: number
  /** Each algorithm has its own kind of groups, which the reader of its files knows. */
  readonly testGroups: readonly never[]
}

/** What every case of every file has. Byte strings are hexadecimal. */
export interface VectorCase {
  readonly tcId: number
  readonly comment: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
}

/** Why the vectors, or one of their files, cannot be read here; undefined if they can. */
export function absence(file = ''): string | undefined {
  const path = resolve(directory, file)
  return existsSync(path) ? undefined : `there is no ${path} (KEYHOLD_VECTORS)`
}

export function readVectors(file: string): VectorFile {
  return JSON.parse(readFileSync(resolve(directory, file), 'utf8'))
}
