import { constants, open } from 'node:fs/promises'

/** No token is longer, and nothing else should get into a header. */
const maximumLength = 4096

/** Why a file gives no token, without a word of its content. */
export class TokenFileError extends Error {
  override readonly name = 'TokenFileError'
}

/**
 * The token in a file, with or without a line end behind it. It is meant to be read for each use, so that an agent may
 * exchange it. The caller owns the bytes, which are printable ASCII.
 *
 * @throws TokenFileError
 */
export async function readTokenFile(file: string): Promise<Buffer> {
  const content = await readStart(file).catch((error: NodeJS.ErrnoException) => {
    throw new TokenFileError(`the token file cannot be read (${error.code})`)
  })
  const token = content.subarray(0, content.length - lineEnd(content))
  if (token.length > 0 && token.length <= maximumLength && token.every(isPrintable)) return token
  content.fill(0)
  throw new TokenFileError('the token file holds no token')
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

/** How many bytes of a line end stand behind the token. */
function lineEnd(content: Buffer): number {
  if (content.at(-1) !== 0x0a) return 0
  return content.at(-2) === 0x0d ? 2 : 1
}

function isPrintable(byte: number): boolean {
  return byte >= 0x21 && byte <= 0x7e
}
