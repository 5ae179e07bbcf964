import { signCcg } from '@keyhold/client'
import { encodeMultibase, type KmsError } from '@keyhold/core'
import type { HttpAnswer } from '../shared/http.ts'
import type { EdvDialect, EdvDocuments } from './dialect.ts'
import type { DocumentCipher } from './document-cipher.ts'
import type { EdvConnection } from './edv-connection.ts'
import { vaultRefused, vaultUnavailable } from './edv-errors.ts'
import { type EncryptedDocument, readEncrypted, writeEncrypted } from './encrypted-document.ts'
import { isTombstone, tombstone } from './structured-document.ts'

/** The answers that mean something here, by their status. */
const [ok, created, noContent, unauthorized, denied, missing, conflict] = [200, 201, 204, 401, 403, 404, 409]

/** What Digital Bazaar's server says of a vault that it does not have. */
const vaultMissing = /\bconfiguration not found\b/i

/** How often a change that was lost against another one is tried. */
const attempts = 3

/** Multihash of the identity function, 16 bytes. */
const identity = Uint8Array.of(0x00, 0x10)

/** Vaults of the DIF specification, as Digital Bazaar's server is one: CCG capabilities, and nothing is ever deleted. */
export const specEdv: EdvDialect = {
  documentId(bytes) {
    return encodeMultibase(Buffer.concat([identity, bytes]))
  },

  sign(request, action, { capability, signer }, now) {
    return signCcg(request, { action, capability }, signer, now)
  },

  documents(connection, cipher) {
    return new SpecDocuments(connection, cipher)
  },
}

class SpecDocuments implements EdvDocuments {
  readonly #connection: EdvConnection
  readonly #cipher: DocumentCipher

  constructor(connection: EdvConnection, cipher: DocumentCipher) {
    this.#connection = connection
    this.#cipher = cipher
  }

  async put(id: string, plaintext: Uint8Array, signal: AbortSignal): Promise<void> {
    const jwe = await this.#cipher.encrypt(plaintext)
    const answer = await this.#post('/documents', id, { sequence: 0, jwe }, signal)
    if (answer.status === created) return
    if (answer.status !== conflict) throw failureOf(answer)
    // What is there already may be the tombstone of what was removed.
    const isToReplace = (stored: EncryptedDocument | undefined) => {
      if (stored === undefined) throw vaultUnavailable('a document is there, and is not')
      return this.#isRemoved(stored)
    }
    await this.#change(id, plaintext, isToReplace, signal)
  }

  async get(id: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const stored = await this.#read(id, signal)
    const plaintext = stored && (await this.#cipher.decrypt(stored.jwe))
    return plaintext === undefined || isTombstone(plaintext) ? undefined : plaintext
  }

  async remove(id: string, signal: AbortSignal): Promise<void> {
    const isToReplace = async (stored: EncryptedDocument | undefined) =>
      stored !== undefined && !(await this.#isRemoved(stored))
    await this.#change(id, tombstone, isToReplace, signal)
  }

  /** Puts something in the place of a document, as long as there is one which is to be replaced. */
  async #change(
    id: string,
    plaintext: Uint8Array,
    isToReplace: (stored: EncryptedDocument | undefined) => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<void> {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const stored = await this.#read(id, signal)
      if (!(await isToReplace(stored)) || stored === undefined) return
      const jwe = await this.#cipher.encrypt(plaintext)
      const answer = await this.#post(`/documents/${id}`, id, { sequence: stored.sequence + 1, jwe }, signal)
      if (answer.status === noContent || answer.status === ok) return
      if (answer.status !== conflict) throw failureOf(answer)
    }
    throw vaultUnavailable('a document is changed all the time')
  }

  async #read(id: string, signal: AbortSignal): Promise<EncryptedDocument | undefined> {
    const call = { method: 'GET', path: `/documents/${id}`, action: 'read' } as const
    const answer = await this.#connection.send(call, signal)
    if (isMissing(answer)) return undefined
    if (answer.status !== ok) throw failureOf(answer)
    return readEncrypted(answer.body, id)
  }

  #post(path: string, id: string, document: EncryptedDocument, signal: AbortSignal): Promise<HttpAnswer> {
    const body = writeEncrypted(id, document, [])
    return this.#connection.send({ method: 'POST', path, action: 'write', body }, signal)
  }

  /** What does not decrypt is not removed: it is there, and can be. */
  async #isRemoved({ jwe }: EncryptedDocument): Promise<boolean> {
    try {
      return isTombstone(await this.#cipher.decrypt(jwe))
    } catch {
      return false
    }
  }
}

/** A vault that is missing itself says so in the same form as one in which a document is missing. */
function isMissing({ status, body }: HttpAnswer): boolean {
  return status === missing && !vaultMissing.test(body.toString('utf8')) && isJsonOrEmpty(body)
}

function isJsonOrEmpty(body: Uint8Array): boolean {
  if (body.length === 0) return true
  try {
    return typeof JSON.parse(Buffer.from(body).toString('utf8')) === 'object'
  } catch {
    return false
  }
}

function failureOf({ status, body }: HttpAnswer): KmsError {
  const isGone = status === missing && vaultMissing.test(body.toString('utf8'))
  if (status === unauthorized || status === denied || isGone) return vaultRefused(`status ${status}`)
  return vaultUnavailable(`status ${status}`)
}
