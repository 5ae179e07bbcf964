import { andThen, sign, verify } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { type KeyOperation, keyOperation } from '../key-operation.ts'
import { Base64, Bytes, bytesOf } from '../schema.ts'

const SignRequest = Type.Object({ message: Bytes })
const SignReply = Type.Object({ signature: Base64 })
const VerifyRequest = Type.Object({ signature: Bytes, message: Bytes })

export const signOperations: readonly KeyOperation[] = [
  keyOperation({
    name: 'sign',
    action: 'sign',
    body: SignRequest,
    reply: SignReply,
    read(body) {
      const message = bytesOf(body.message, 'message')
      return (kms, caller, { keystoreId, keyId }) =>
        andThen(sign(kms, caller, { keystoreId, keyId, message }), signature => ({ signature }))
    },
  }),

  keyOperation({
    name: 'verify',
    action: 'verify',
    body: VerifyRequest,
    read(body) {
      const signature = bytesOf(body.signature, 'signature')
      const message = bytesOf(body.message, 'message')
      return (kms, caller, { keystoreId, keyId }) =>
        andThen(verify(kms, caller, { keystoreId, keyId, signature, message }), () => ({}))
    },
  }),
]
