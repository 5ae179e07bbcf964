import { createECDH, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { FlattenedEncrypt, type FlattenedJWE, GeneralEncrypt, type GeneralJWE } from 'jose'
import { recipientScalar } from './edv-server.ts'

/** The recipient key of the vaults that the tests open, made in another way than theirs. */
export const recipientKey: KeyObject = (() => {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(recipientScalar)
  const [x, y] = [ecdh.getPublicKey().subarray(1, 33), ecdh.getPublicKey().subarray(33)]
  const [text, textX, textY] = [recipientScalar, x, y].map(bytes => Buffer.from(bytes).toString('base64url'))
  const key = { kty: 'EC', crv: 'P-256', d: text, x: textX, y: textY }
  return createPrivateKey({ format: 'jwk', key: JSON.parse(JSON.stringify(key)) })
})()

const publicKey = createPublicKey(recipientKey)

export interface JweChoice {
  readonly alg?: string
  readonly enc?: string
  readonly key?: KeyObject | Uint8Array
  /** Members of the protected header beside the usual ones. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** What any library would encrypt to the recipient key of the tests. */
export function generalJwe(plaintext: string | Uint8Array, choice: JweChoice = {}): Promise<GeneralJWE> {
  const { alg = 'ECDH-ES+A256KW', enc = 'A256GCM', key = publicKey, more } = choice
  return new GeneralEncrypt(Buffer.from(plaintext))
    .setProtectedHeader({ enc, ...more })
    .addRecipient(key)
    .setUnprotectedHeader({ alg, kid: 'any' })
    .encrypt()
}

/** With the ephemeral key in the header of the recipient, which nothing authenticates, as Digital Bazaar's libraries do. */
export async function unprotectedJwe(plaintext: string, epkMembers: object = {}): Promise<GeneralJWE> {
  const header = { alg: 'ECDH-ES+A256KW', kid: 'any' }
  const jwe = await new GeneralEncrypt(Buffer.from(plaintext))
    .setProtectedHeader({ enc: 'A256GCM' })
    .addRecipient(publicKey)
    .setUnprotectedHeader(header)
    .addRecipient(publicKey)
    .setUnprotectedHeader(header)
    .encrypt()
  const [first] = jwe.recipients
  const epk = { ...(first?.header?.['epk'] as object), ...epkMembers }
  return { ...jwe, recipients: [{ ...first, header: { ...first?.header, epk } }] }
}

/** As TrustBloc's and Aries' Go code writes it: everything in the protected header. */
export function flattenedJwe(plaintext: string | Uint8Array, choice: JweChoice = {}): Promise<FlattenedJWE> {
  const { alg = 'ECDH-ES+A256KW', enc = 'A256GCM', key = publicKey, more } = choice
  return new FlattenedEncrypt(Buffer.from(plaintext))
    .setProtectedHeader({ alg, enc, kid: 'any', typ: 'EDVEncryptedDocument', ...more })
    .encrypt(key)
}

/** The members of a structured document with one content. */
export function documentText(name: string, content: string): string {
  const members = { unformattedKey: name, unformattedValue: content, unformattedTags: null }
  return JSON.stringify({ id: '', meta: null, content: members })
}
