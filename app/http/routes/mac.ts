import { computeMac, verifyMac } from '@keyhold/core'
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
      return async (kms, caller, address) => ({ mac: await computeMac(kms, caller, { ...address, data }) })
    },
  }),

  keyOperation({
    name: 'verifymac',
    action: 'verifyMAC',
    body: VerifyMacRequest,
    read(body) {
      const mac = bytesOf(body.mac, 'mac')
      const data = bytesOf(body.data, 'data')
      return async (kms, caller, address) => {
        await verifyMac(kms, caller, { ...address, mac, data })
        return {}
      }
    },
  }),
]
