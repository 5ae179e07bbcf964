import { andThen, computeMac, verifyMac } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { type KeyOperation, keyOperation } from '../key-operation.ts'
import { Base64, Bytes, bytesOf } from '../schema.ts'

const ComputeMacRequest = Type.Object({ data: Bytes })
const ComputeMacReply = Type.Object({ mac: Base64 })
const VerifyMacRequest = Type.Object({ mac: Bytes, data: Bytes })

export const macOperations: readonly KeyOperation[] = [
  keyOperation({
    name: 'computemac',
    action: 'computeMAC',
    body: ComputeMacRequest,
    reply: ComputeMacReply,
    read(body) {
      const data = bytesOf(body.data, 'data')
      return (kms, caller, { keystoreId, keyId }) =>
        andThen(computeMac(kms, caller, { keystoreId, keyId, data }), mac => ({ mac }))
    },
  }),

  keyOperation({
    name: 'verifymac',
    action: 'verifyMAC',
    body: VerifyMacRequest,
    read(body) {
      const mac = bytesOf(body.mac, 'mac')
      const data = bytesOf(body.data, 'data')
      return (kms, caller, { keystoreId, keyId }) =>
        andThen(verifyMac(kms, caller, { keystoreId, keyId, mac, data }), () => ({}))
    },
  }),
]
