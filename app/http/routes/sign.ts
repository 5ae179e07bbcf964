import { sign, verify } from '@keyhold/core'
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
      return async (kms, caller, address) => ({ signature: await sign(kms, caller, { ...address, message }) })
    },
  }),

  keyOperation({
    name: 'verify',
    action: 'verify',
    body: VerifyRequest,
    read(body) {
      const signature = bytesOf(body.signature, 'signature')
      const message = bytesOf(body.message, 'message')
      return async (kms, caller, address) => {
        await verify(kms, caller, { ...address, signature, message })
        return {}
      }
    },
  }),
]
