import { createHmac } from 'node:crypto'
import type { SecretBytes } from '@keyhold/core'

const domain = Buffer.from('keyhold/edv-doc/v1')
const idLength = 16

/** The 16 bytes that a document is found by. To whoever has not the MAC key they say nothing about its name. */
export function documentIdBytes(macKey: SecretBytes, name: string): Uint8Array {
  const text = Buffer.from(name, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return macKey.lend(key => {
    const mac = createHmac('sha256', key).update(domain).update(length).update(text).digest()
    return mac.subarray(0, idLength)
  })
}
