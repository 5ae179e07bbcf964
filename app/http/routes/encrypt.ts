import { andThen, decrypt, encrypt } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { type KeyOperation, keyOperation } from '../key-operation.ts'
import { Base64, Bytes, bytesOf } from '../schema.ts'

const EncryptRequest = Type.Object({ message: Bytes, associated_data: Bytes })
const EncryptReply = Type.Object({ ciphertext: Base64, nonce: Base64 })
const DecryptRequest = Type.Object({ ciphertext: Bytes, associated_data: Bytes, nonce: Bytes })
const DecryptReply = Type.Object({ plaintext: Base64 })

export const encryptOperations: readonly KeyOperation[] = [
  keyOperation({
    name: 'encrypt',
    action: 'encrypt',
    body: EncryptRequest,
    reply: EncryptReply,
    read(body) {
      const message = bytesOf(body.message, 'message')
      const associatedData = bytesOf(body.associated_data, 'associated_data')
      return (kms, caller, { keystoreId, keyId }) =>
        andThen(encrypt(kms, caller, { keystoreId, keyId, message, associatedData }), ({ ciphertext, nonce }) => ({
          ciphertext,
          nonce,
        }))
    },
  }),

  keyOperation({
    name: 'decrypt',
    action: 'decrypt',
    body: DecryptRequest,
    reply: DecryptReply,
    read(body) {
      const ciphertext = bytesOf(body.ciphertext, 'ciphertext')
      const associatedData = bytesOf(body.associated_data, 'associated_data')
      const nonce = bytesOf(body.nonce, 'nonce')
      return (kms, caller, { keystoreId, keyId }) =>
        andThen(decrypt(kms, caller, { keystoreId, keyId, ciphertext, associatedData, nonce }), plaintext => ({
          plaintext,
        }))
    },
  }),
]
