import { constants, open } from 'node:fs/promises'
import { lockRefused } from './transit-errors.ts'

/** No token is longer, and nothing else should get into a header. */
const maximumLength = 4096
const form = /^[\x21-\x7e]+$/

/**
 * The token in a file, with or without a line end. It is read for each use, so that an agent may exchange it.
 *
 * @throws KmsError LOCK_REFUSED, without a word of the file's content
 */
export async function readToken(file: string): Promise<string> {
  const content = await readStart(file).catch((error: NodeJS.ErrnoException) => {
    throw lockRefused(`the token file cannot be read (${error.code})`)
  })
  const token = content.toString('latin1').replace(/\r?\n$/, '')
  content.fill(0)
  if (token.length > maximumLength || !form.test(token)) throw lockRefused('the token file holds no token')
  return token
}

async function readStart(file: string): Promise<Buffer> {
  // Without waiting: a pipe would keep everything waiting for somebody to write into it.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const content = Buffer.alloc(maximumLength + 3)
    const { bytesRead } = await handle.read(content, 0, content.length, 0)
    return content.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
