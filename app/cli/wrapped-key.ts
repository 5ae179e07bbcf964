import { readFile } from 'node:fs/promises'
import type { Jwk, WrappedKey } from '@keyhold/client'
import { encodeBase64 } from '@keyhold/core'
import { bytesOf, objectOf, wrongInput } from './data.ts'

/** The members of a wrapped key that are bytes: base64 in its JSON. */
const byteMembers = ['encryptedKey', 'ek', 'apu', 'apv'] as const

export function writeWrapped(wrapped: WrappedKey): object {
  const bytes = byteMembers.flatMap(name => {
    const value = wrapped[name]
    return value === undefined ? [] : [[name, encodeBase64(value)] as const]
  })
  return { ...wrapped, ...Object.fromEntries(bytes) }
}

/** The inverse. @throws CliError if it is none */
export function readWrapped(read: Readonly<Record<string, unknown>>, file: string | undefined): WrappedKey {
  const bytes = byteMembers.flatMap(name =>
    read[name] === undefined ? [] : [[name, bytesOf(read, name, file)] as const],
  )
  const wrapped = { ...read, ...Object.fromEntries(bytes) } as unknown as WrappedKey
  if (wrapped.encryptedKey === undefined || wrapped.apu === undefined || typeof wrapped.alg !== 'string') {
    throw wrongInput(file, 'no wrapped key')
  }
  return wrapped
}

/** A public key with which keys can be wrapped. @throws CliError if it is none */
export async function readJwk(file: string): Promise<Jwk> {
  const jwk = objectOf(await readFile(file), file)
  const isPoint = typeof jwk['crv'] === 'string' && typeof jwk['x'] === 'string'
  if (!isPoint && typeof jwk['pub'] !== 'string') throw wrongInput(file, 'no public key with which keys can be wrapped')
  return jwk as unknown as Jwk
}
