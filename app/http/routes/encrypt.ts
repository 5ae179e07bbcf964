import { decrypt, encrypt } from '@keyhold/core'
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
      return async (kms, caller, address) => {
        const { ciphertext, nonce } = await encrypt(kms, caller, { ...address, message, associatedData })
        return { ciphertext, nonce }
      }
    },
  }),

  keyOperation({
    name: 'decrypt',
    action: 'decrypt',
    body: DecryptRequest,
    reply: DecryptReply,
    read(body) {
      const encrypted = {
        ciphertext: bytesOf(body.ciphertext, 'ciphertext'),
        associatedData: bytesOf(body.associated_data, 'associated_data'),
        nonce: bytesOf(body.nonce, 'nonce'),
      }
      return async (kms, caller, address) => ({ plaintext: await decrypt(kms, caller, { ...address, ...encrypted }) })
    },
  }),
]
