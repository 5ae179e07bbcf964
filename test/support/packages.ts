import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { repository } from './repository.ts'

/** The workspaces that others install, by their directories: each is a package of its own. */
export const packageDirectories = ['core', 'client', 'adapters', 'app', 'test/contract'] as const

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly [member: string]: unknown
}

export async function manifestOf(directory: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(repository, directory, 'package.json'), 'utf8'))
}

/** What `npm pack --json` says of a tarball. */
export interface Packed {
  readonly name: string
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

/**
 * Packs every package, in the order of their directories.
 *
 * @param destination a directory for the tarballs; without it nothing is written
 */
export async function packAll(destination?: string): Promise<Packed[]> {
  const where = destination === undefined ? ['--dry-run'] : ['--pack-destination', destination]
  const workspaces = packageDirectories.flatMap(directory => ['--workspace', directory])
  const { stdout } = await npm(['pack', '--json', ...where, ...workspaces], repository)
  return JSON.parse(stdout)
}

/**
 * What `env` takes before a command that is run as a person would: without what the test runner puts into every Node.js process below it,
 * whatever environment that is given.
 */
export const plainly = ['-u', 'NODE_OPTIONS']

/** Runs npm. @throws Error with its `stderr` if it fails */
export function npm(args: readonly string[], directory: string): Promise<{ stdout: string; stderr: string }> {
  const options = { cwd: directory, maxBuffer: 64 * 1024 * 1024 }
  return promisify(execFile)('env', [...plainly, 'npm', ...args], options)
}
