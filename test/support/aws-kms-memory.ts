import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import type { DecryptCommandInput, EncryptCommandInput } from '@aws-sdk/client-kms'

/**
 * AWS KMS in memory, behind the commands of the SDK: what Encrypt and Decrypt do with keys, aliases, replicas, contexts
 * and states, and which errors they answer (the API reference of both calls).
 */
export class AwsKmsMemory {
  /** What a key's ARN, or an alias's, names at the moment. */
  readonly #keys = new Map<string, Key>()
  readonly #aliases = new Map<string, string>()

  addKey(arn: string): void {
    const id = arn.slice(arn.lastIndexOf('/') + 1)
    // The replicas of a multi-Region key have one id and one key material.
    const replica = id.startsWith('mrk-') ? [...this.#keys.values()].find(key => key.id === id) : undefined
    this.#keys.set(arn, { arn, id, material: replica?.material ?? randomBytes(32) })
  }

  pointAlias(alias: string, arn: string): void {
    this.#aliases.set(alias, arn)
  }

  encrypt({ KeyId, Plaintext, EncryptionContext }: EncryptCommandInput) {
    const key = this.#find(KeyId)
    if (!(Plaintext instanceof Uint8Array) || Plaintext.length < 1 || Plaintext.length > 4096) throw invalid()
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key.material, nonce).setAAD(bound(key, EncryptionContext))
    const sealed = Buffer.concat([cipher.update(Plaintext), cipher.final(), cipher.getAuthTag()])
    return { KeyId: key.arn, CiphertextBlob: Uint8Array.from(Buffer.concat([fingerprint(key), nonce, sealed])) }
  }

  decrypt({ KeyId, CiphertextBlob, EncryptionContext }: DecryptCommandInput) {
    const key = this.#find(KeyId)
    if (!(CiphertextBlob instanceof Uint8Array) || CiphertextBlob.length < 1 || CiphertextBlob.length > 6144) {
      throw invalid()
    }
    const blob = Buffer.from(CiphertextBlob)
    const [madeBy, nonce, body, tag] = [
      blob.subarray(0, 8),
      blob.subarray(8, 20),
      blob.subarray(20, -16),
      blob.subarray(-16),
    ]
    const associated = bound(key, EncryptionContext)
    if (blob.length < 8 + 12 + 1 + 16) throw awsError('InvalidCiphertextException')
    if (!madeBy.equals(fingerprint(key))) {
      const known = [...this.#keys.values()].some(other => madeBy.equals(fingerprint(other)))
      throw awsError(known ? 'IncorrectKeyException' : 'InvalidCiphertextException')
    }
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.material, nonce).setAAD(associated).setAuthTag(tag)
      return { KeyId: key.arn, Plaintext: Uint8Array.from(Buffer.concat([decipher.update(body), decipher.final()])) }
    } catch {
      throw awsError('InvalidCiphertextException')
    }
  }

  #find(keyId: string | undefined): Key {
    const key = this.#keys.get(this.#aliases.get(keyId ?? '') ?? keyId ?? '')
    if (key === undefined) throw awsError('NotFoundException')
    return key
  }
}

interface Key {
  readonly arn: string
  readonly id: string
  readonly material: Uint8Array
}

/** An error as the SDK throws it: a name, a text, a status, and the whole answer in a property that is not listed. */
export function awsError(name: string, status = 400): Error {
  const error = Object.assign(new Error(`${name}: canary of the message`), {
    name,
    $metadata: { httpStatusCode: status },
  })
  return Object.defineProperty(error, '$response', { value: { body: 'canary of the answer' }, enumerable: false })
}

function invalid(): Error {
  return awsError('ValidationException')
}

function fingerprint({ id, material }: Key): Buffer {
  return createHash('sha256').update(id).update(material).digest().subarray(0, 8)
}

/** The key and the context, in whatever order its members came. AWS wants texts that are not empty, in 8,192 characters. */
function bound({ id }: Key, context: Record<string, string> = {}): Buffer {
  const members = Object.entries(context)
  const texts = members.flat()
  if (texts.some(text => typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text))) throw invalid()
  if (members.some(([name]) => name.startsWith('aws:'))) throw invalid()
  if (JSON.stringify(context).length > 8192) throw invalid()
  return Buffer.from(JSON.stringify([id, members.sort(([a], [b]) => (a < b ? -1 : 1))]))
}
