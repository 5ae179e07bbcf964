import { signTrustbloc } from '@keyhold/client'
import { encodeMultibase, type KmsError } from '@keyhold/core'
import type { HttpAnswer } from '../shared/http.ts'
import type { EdvDialect } from './dialect.ts'
import { vaultRefused, vaultUnavailable } from './edv-errors.ts'
import { readEncrypted, writeEncrypted } from './encrypted-document.ts'

/** The answers that mean something here, by their status. */
const [ok, created, badRequest, unauthorized, denied, missing, taken] = [200, 201, 400, 401, 403, 404, 409]

/** TrustBloc's clients always send one list of attributes, also if none can be searched for. */
const indexed = [{ sequence: 0, hmac: { id: '', type: '' }, attributes: [] }] as const

/** What a vault says when it does not accept a capability, or was deleted: for most of it there is but one status. */
const refusals = /^failed to (verify|parse proof params|get root capability)|\bspecified vault does not exist\b/

const documentMissing = /\bspecified document does not exist\b/

/** Vaults of TrustBloc's server: capabilities of the TrustBloc dialect, ids in plain base58. */
export const trustblocEdv: EdvDialect = {
  documentId(bytes) {
    return encodeMultibase(bytes).slice(1)
  },

  sign(request, action, { capability, signer }, now) {
    return signTrustbloc(request, { action, capability }, signer, now)
  },

  documents(connection, cipher) {
    return {
      async put(id, plaintext, signal) {
        const body = writeEncrypted(id, { sequence: 0, jwe: await cipher.encrypt(plaintext) }, indexed)
        const answer = await connection.send({ method: 'POST', path: '/documents', action: 'write', body }, signal)
        if (answer.status !== created && answer.status !== taken) throw failureOf(answer)
      },

      async get(id, signal) {
        const answer = await connection.send({ method: 'GET', path: `/documents/${id}`, action: 'read' }, signal)
        if (isMissing(answer)) return undefined
        if (answer.status !== ok) throw failureOf(answer)
        return cipher.decrypt(readEncrypted(answer.body, id).jwe)
      },

      async remove(id, signal) {
        const answer = await connection.send({ method: 'DELETE', path: `/documents/${id}`, action: 'write' }, signal)
        if (answer.status !== ok && !isMissing(answer)) throw failureOf(answer)
      },
    }
  },
}

/** The status alone would not do: the vault, or whatever stands in its place, may be missing. */
function isMissing({ status, body }: HttpAnswer): boolean {
  return status === missing && documentMissing.test(body.toString('utf8'))
}

function failureOf({ status, body }: HttpAnswer): KmsError {
  const says = status === badRequest || status === missing ? body.toString('utf8') : ''
  if (status === unauthorized || status === denied || refusals.test(says)) return vaultRefused(`status ${status}`)
  return vaultUnavailable(`status ${status}`)
}
