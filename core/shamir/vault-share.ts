import { combine, split } from 'shamir-secret-sharing'
import { decodeBase64, encodeBase64 } from '../encoding/base64.ts'
import { invalidRequest } from '../errors.ts'
import { type ShareFormat, secretLength } from './share-format.ts'

const shareLength = { min: secretLength.min + 1, max: secretLength.max + 1 }

/**
 * The shares of HashiCorp Vault, go-shamir and `shamir-secret-sharing`: GF(2^8) over 0x11b, each share `y… ‖ x`. As text
 * it is standard base64. The library combines and splits; for splitting it draws from the system's generator itself.
 */
export const vaultShare: ShareFormat = {
  decode(text) {
    const bytes = decodeBase64(text, 'secret share')
    if (encodeBase64(bytes) === text) return bytes
    bytes.fill(0)
    throw invalidRequest('secret share: base64 with line ends')
  },
  problem(bytes) {
    if (bytes.length < shareLength.min || bytes.length > shareLength.max) {
      return `not ${shareLength.min} to ${shareLength.max} bytes long`
    }
    // At x = 0 lies the secret itself: such a share would decide alone what the two combine to.
    return xOf(bytes) === 0 ? 'its last byte, x, is 0' : undefined
  },
  xOf,
  combine: async (one, other) => combine([one, other]),
  async split(secret) {
    const [one, other] = await split(secret, 2, 2)
    if (one === undefined || other === undefined) throw new Error('a secret was not split')
    return [one, other]
  },
}

function xOf(share: Uint8Array): number {
  return share[share.length - 1] ?? 0
}
