import { createHash, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { unauthenticated } from '@keyhold/core'
import type { Authenticator } from './authenticator.ts'
import { headOf, onlyValue } from './signed-head.ts'

/** Anyone may create keystores. */
export const admitAnyone: Authenticator = async () => ({ caller: { kind: 'admitted' } })

/**
 * Whoever sends a token of the file, one a line, as `Authorization: Bearer`. The file is read for each request, so that
 * tokens can be exchanged while the service runs.
 */
export function admitBearers(file: string): Authenticator {
  return async request => {
    const [, token] = /^Bearer ([\x21-\x7e]{1,4096})$/i.exec(onlyValue(headOf(request), 'authorization') ?? '') ?? []
    if (token === undefined) throw unauthenticated('no bearer token was sent')
    const sent = hashOf(token)
    const tokens = (await readFile(file, 'utf8')).split(/\r?\n/).filter(line => line !== '')
    // Hashes have one length, and every one is compared: the time says nothing about a token.
    const known = tokens.map(each => timingSafeEqual(hashOf(each), sent)).includes(true)
    if (!known) throw unauthenticated('the bearer token is not known')
    return { caller: { kind: 'admitted' } }
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
