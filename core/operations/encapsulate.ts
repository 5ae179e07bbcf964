import { noAgreement } from '../algorithms/agreement-curve.ts'
import type { SentPublicKey } from '../algorithms/key-agreement.ts'
import { chosenAlgorithm, deriveKek, type KekInfo, notUnwrapped, type WrapAlgorithm } from '../algorithms/key-wrap.ts'
import { encapsulate, isMlKemPublicKey, mlKem768Name } from '../algorithms/ml-kem.ts'
import { invalidRequest } from '../errors.ts'
import type { ResolvedKey } from '../keys/resolve-key.ts'
import { useSecret } from '../keys/use-primitive.ts'
import type { Kms } from '../kms.ts'
import { usableVersions } from '../records/key.ts'
import type { UnwrapCommand, WrapCommand, WrappedKey } from './wrap-commands.ts'

/** Whether a recipient's key is none that agrees, but one that a secret is encapsulated for: its `kty` says so. */
export function isEncapsulated({ type }: SentPublicKey): boolean {
  return type === 'AKP'
}

/** Wraps under a secret that is encapsulated for the recipient. @throws KmsError INVALID_REQUEST, OVERLOADED */
export async function wrapEncapsulated(kms: Kms, command: WrapCommand): Promise<WrappedKey> {
  const { keystoreId, recipient, cek, apu, apv, ephemeral } = command
  const isOffered = kms.experimentalKeyTypes.has(mlKem768Name) && recipient.curve === mlKem768Name
  if (!isOffered || recipient.y !== undefined || !isMlKemPublicKey(recipient.x)) throw noAgreement()
  if (ephemeral !== undefined) throw invalidRequest('epk: there is none in this algorithm')
  const algorithm = chosenAlgorithm(command, 'ML-KEM', 'ML-KEM-768+A256KW')
  const tools = kms.toolsFor(keystoreId)
  const { ciphertext, secret } = await encapsulate(recipient.x, tools)
  const kek = kekOf(algorithm, secret, { apu, apv, ciphertext })
  try {
    const encryptedCek = algorithm.wrap(kek, cek, tools.random)
    return { algorithm: algorithm.name, encryptedCek, ek: ciphertext, apu, apv }
  } finally {
    kek.fill(0)
  }
}

/**
 * Unwraps what was wrapped so for any version; the newest is tried first. The caller wipes the result.
 *
 * @throws KmsError OPERATION_UNSUPPORTED, DECRYPTION_FAILED, OVERLOADED
 */
export async function unwrapEncapsulated(
  kms: Kms,
  resolved: ResolvedKey,
  algorithm: WrapAlgorithm,
  { ek: ciphertext, apu, apv, encryptedCek }: UnwrapCommand,
): Promise<Uint8Array> {
  for (const version of usableVersions(resolved.key)) {
    const cek = await useSecret(kms, resolved, version, 'decapsulator', async decapsulator => {
      const secret = await decapsulator.decapsulate(ciphertext)
      if (secret === undefined) return undefined
      const kek = kekOf(algorithm, secret, { apu, apv, ciphertext })
      try {
        return algorithm.unwrap(kek, encryptedCek)
      } finally {
        kek.fill(0)
      }
    })
    if (cek !== undefined) return cek
  }
  throw notUnwrapped()
}

function kekOf(algorithm: WrapAlgorithm, secret: Uint8Array, info: KekInfo): Uint8Array {
  try {
    return deriveKek(algorithm, [secret], info)
  } finally {
    secret.fill(0)
  }
}
