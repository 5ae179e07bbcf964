import type { KeyTypeName } from '@keyhold/core'
import { keystoreOf, type Reply, type Request, type TestApp } from './build-app.ts'
import { typesOf } from './families.ts'
import type { SentKey } from './foreign-agreement-key.ts'

/** What a wrapping answers, and an unwrapping asks for. */
export interface Wrapped {
  readonly kid?: string
  readonly encryptedcek: string
  readonly epk: SentKey
  readonly alg: string
  readonly apu: string
  readonly apv?: string
}

export const agreementTypes: readonly KeyTypeName[] = typesOf('key-agreement')

export const wrapAnonymously = (keyPath: string, body: unknown): Request => {
  return { method: 'POST', path: `${keystoreOf(keyPath)}/wrap`, body }
}
export const wrap = (keyPath: string, body: unknown): Request => ({ method: 'POST', path: `${keyPath}/wrap`, body })
export const unwrap = (keyPath: string, body: unknown): Request => ({ method: 'POST', path: `${keyPath}/unwrap`, body })

/** The public key of a key, as it is exported and as it can be sent back. */
export async function exportedKey(app: TestApp, keyPath: string): Promise<Required<Pick<SentKey, 'kid'>> & SentKey> {
  const { body } = await app.send({ method: 'GET', path: `${keyPath}/export` })
  return JSON.parse(Buffer.from(body.public_key, 'base64').toString())
}

/** The body of an answer that must be 200. */
export async function answered(reply: Promise<Reply>): Promise<Reply['body']> {
  const { status, body, text } = await reply
  if (status !== 200) throw new Error(`${status} ${text}`)
  return body
}

/** Bytes with the first one changed. */
export function flipped(base64Text: string, at = 0): string {
  const bytes = Buffer.from(base64Text, 'base64')
  bytes.writeUInt8(bytes.readUInt8(at < 0 ? bytes.length + at : at) ^ 0x80, at < 0 ? bytes.length + at : at)
  return bytes.toString('base64')
}
