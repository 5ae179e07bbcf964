import { readTokenFile, TokenFileError } from '../shared/token-file.ts'
import { lockRefused } from './transit-errors.ts'

/** The token in a file, as a header wants it. @throws KmsError LOCK_REFUSED, without a word of the file's content */
export async function readToken(file: string): Promise<string> {
  try {
    const token = await readTokenFile(file)
    const text = token.toString('latin1')
    token.fill(0)
    return text
  } catch (error) {
    throw error instanceof TokenFileError ? lockRefused(error.message) : error
  }
}
