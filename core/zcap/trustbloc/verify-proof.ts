import type { VerificationKey } from '../../dids/verification-key.ts'
import type { TrustblocCapability } from './capability.ts'
import { signingInput } from './proof.ts'

/** Whether a capability's proof was made by a key. Who that key belongs to is another question. */
export async function hasProofBy(capability: TrustblocCapability, key: VerificationKey): Promise<boolean> {
  const { proof, ...unsigned } = capability
  const [{ jws, ...options }] = proof
  const [header = '', signature = ''] = jws.split('..')
  if (key.kind !== 'Ed25519' || !isAcceptedHeader(header)) return false
  const input = signingInput(header, unsigned, options)
  return input !== undefined && key.verify(Buffer.from(signature, 'base64url'), input)
}

/** Some signers of the reference leave `alg` empty. Nothing depends on it: the key decides the algorithm. */
function isAcceptedHeader(header: string): boolean {
  let json: { alg?: unknown; b64?: unknown; crit?: unknown }
  try {
    json = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'))
  } catch {
    return false
  }
  return (json?.alg === 'EdDSA' || json?.alg === '') && json.b64 === false && JSON.stringify(json.crit) === '["b64"]'
}
