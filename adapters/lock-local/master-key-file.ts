import { randomBytes } from 'node:crypto'
import { constants, link, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { lockKeyLength, SecretBytes } from '@keyhold/core'
import { syncDirectory } from '../shared/sync-directory.ts'

/** What is wrong with a master key file, and how to mend it: for the operator, naming the file and never its content. */
export class MasterKeyFileError extends Error {
  override readonly name = 'MasterKeyFileError'
  readonly code = 'MASTER_KEY_FILE'
}

/** No accepted form is longer: 64 hexadecimal digits and a line end. */
const maximumLength = 66

/**
 * Reads a master key: 32 raw bytes, or their hexadecimal, base64 or base64url text with or without a line end. What
 * could be read in more than one way is refused, and so is a file that others may read.
 *
 * @throws MasterKeyFileError
 */
export async function readMasterKey(file: string): Promise<SecretBytes> {
  const content = await readPrivateFile(file)
  try {
    const key = parseMasterKey(content)
    if (key === undefined) {
      throw new MasterKeyFileError(
        `${file}: a master key is 32 random bytes, raw or as hex, base64 or base64url text, and this is neither; ` +
          'make one with `npm run keygen`',
      )
    }
    if (key.every(byte => byte === 0))
      throw new MasterKeyFileError(`${file}: the key is all zero; make one with \`npm run keygen\``)
    return new SecretBytes(key)
  } finally {
    content.fill(0)
  }
}

/**
 * Makes a master key file (mode 0600, base64 text). The file appears whole or not at all, and never replaces another:
 * of several processes that make it at once one wins.
 *
 * @returns whether this call made it
 * @throws MasterKeyFileError if it cannot be made there
 */
export async function makeMasterKeyFile(file: string): Promise<boolean> {
  const key = randomBytes(lockKeyLength)
  const draft = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await writeDurably(draft, `${key.toString('base64')}\n`)
    await link(draft, file)
    await syncDirectory(dirname(file))
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    throw new MasterKeyFileError(
      `${file}: it cannot be made (${code}); name a file in a directory that can be written`,
      {
        cause: error,
      },
    )
  } finally {
    key.fill(0)
    // Whatever hinders this has been said above, or hindered nothing that matters.
    await rm(draft, { force: true }).catch(() => undefined)
  }
}

async function readPrivateFile(file: string): Promise<Buffer> {
  // Without waiting: a pipe is refused below, and would keep everything waiting for somebody to write into it.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: NodeJS.ErrnoException) => {
    const reason =
      cause.code === 'ENOENT'
        ? 'there is no such file; restore it from its copy, or make one for a new store with `npm run keygen`'
        : `it cannot be read (${cause.code}); name a file that this user can read`
    throw new MasterKeyFileError(`${file}: ${reason}`, { cause })
  })
  try {
    // The opened file is examined, not the path: what is read is what was looked at.
    const stats = await handle.stat()
    if (!stats.isFile())
      throw new MasterKeyFileError(`${file}: this is not a regular file; name a file that holds the key`)
    if ((stats.mode & 0o077) !== 0) {
      throw new MasterKeyFileError(`${file}: others can read or change it; mend it with \`chmod 600 ${file}\``)
    }
    const content = Buffer.alloc(maximumLength + 1)
    const { bytesRead } = await handle.read(content, 0, content.length, 0)
    return content.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Undefined if the content is no key, or could be more than one. */
function parseMasterKey(content: Buffer): Buffer | undefined {
  if (content.length === lockKeyLength) {
    // 32 printable characters may just as well be text that somebody meant to be decoded.
    return content.every(isPrintable) ? undefined : Buffer.from(content)
  }
  const text = content.toString('latin1').replace(/\r?\n$/, '')
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex')
  for (const encoding of ['base64', 'base64url'] as const) {
    const key = Buffer.from(text, encoding)
    // Comparing with the canonical text refuses mixed alphabets, stray bits and everything else that was skipped.
    if (key.length === lockKeyLength && key.toString(encoding).replace(/=$/, '') === text.replace(/=$/, '')) return key
  }
  return undefined
}

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
