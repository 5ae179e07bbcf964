import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory } from '@keyhold/adapters'
import type { ReadBytes } from '@keyhold/core'
import { CliError } from './cli-error.ts'

/**
 * Makes a file that is there whole or not at all, and never takes the place of another: it is written under another name,
 * flushed, tried, and then named.
 *
 * @param write is given what takes the bytes
 * @param verify is given what reads them back; the file is not made if it throws
 */
export async function makeBackupFile<T>(
  file: string,
  write: (take: (bytes: Uint8Array) => Promise<void>) => Promise<T>,
  verify: (read: ReadBytes, written: T) => Promise<void>,
): Promise<T> {
  if (await isThere(file)) throw taken(file)
  const draft = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const written = await writeDurably(draft, write)
    await verify(readBackupFile(draft), written)
    await link(draft, file).catch(error => {
      throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? taken(file) : error
    })
    await syncDirectory(dirname(file))
    return written
  } finally {
    await rm(draft, { force: true })
  }
}

/** Reads a file from its beginning, as often as it is called. */
export function readBackupFile(file: string): ReadBytes {
  return () => createReadStream(file, { highWaterMark: 256 * 1024 })
}

async function writeDurably<T>(file: string, write: (take: (bytes: Uint8Array) => Promise<void>) => Promise<T>) {
  const handle = await open(file, 'wx', 0o600)
  try {
    const result = await write(async bytes => {
      await handle.writeFile(bytes)
    })
    await handle.sync()
    return result
  } finally {
    await handle.close()
  }
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}

function taken(file: string): CliError {
  return new CliError('failed', 'ALREADY_EXISTS', `${file}: exists already, and is left as it is`)
}
