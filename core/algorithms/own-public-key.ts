import type { KeyMaterial } from './key-type.ts'
import { wrongKeyMaterial } from './wrong-key-material.ts'

/**
 * A key that was read, if the public key that came along, should one have come, is its own; else it is wiped.
 *
 * @throws KmsError INVALID_REQUEST
 */
export function withOwnPublicKey(material: Required<KeyMaterial>, sent: Uint8Array | undefined): Required<KeyMaterial> {
  if (sent === undefined || Buffer.compare(sent, material.publicKey) === 0) return material
  material.secret.wipe()
  throw wrongKeyMaterial()
}
