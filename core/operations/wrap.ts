import { noAgreement } from '../algorithms/agreement-curve.ts'
import {
  type AgreementPublicKey,
  openFreshKey,
  openPrivateKey,
  readPublicKey,
  type SentPublicKey,
  sentPublicKey,
} from '../algorithms/key-agreement.ts'
import type { KeyAgreement } from '../algorithms/key-type.ts'
import {
  chosenAlgorithm,
  deriveKek,
  findWrapAlgorithm,
  notUnwrapped,
  type WrapAlgorithm,
  type WrapAlgorithmName,
} from '../algorithms/key-wrap.ts'
import type { Caller } from '../authorization/caller.ts'
import { encodeBase64Url } from '../encoding/base64.ts'
import { invalidRequest } from '../errors.ts'
import { type KeyAddress, resolveKey, resolveKeystore } from '../keys/resolve-key.ts'
import { useSecret } from '../keys/use-primitive.ts'
import type { Kms } from '../kms.ts'
import { newestVersion, usableVersions } from '../records/key.ts'
import { isEncapsulated, unwrapEncapsulated, wrapEncapsulated } from './encapsulate.ts'
import type { UnwrapCommand, WrapCommand, WrappedKey } from './wrap-commands.ts'

/**
 * Wraps for a recipient who need not know by whom (ECDH-ES, ML-KEM).
 *
 * @throws KmsError as `resolveKeystore`, INVALID_REQUEST, OVERLOADED
 */
export async function wrapAnonymously(kms: Kms, caller: Caller, command: WrapCommand): Promise<WrappedKey> {
  try {
    await resolveKeystore(kms, caller, 'wrap', command.keystoreId)
    if (isEncapsulated(command.recipient)) return await wrapEncapsulated(kms, command)
    return await wrapFor(kms, command, chosenAlgorithm(command, 'ECDH-ES', 'ECDH-ES+A256KW'))
  } finally {
    wipe(command)
  }
}

export interface AuthenticatedWrapCommand extends WrapCommand, KeyAddress {
  readonly tag: Uint8Array
}

/**
 * Wraps with the newest version of a key as the sender (ECDH-1PU).
 *
 * @throws KmsError as `resolveKey`, OPERATION_UNSUPPORTED, INVALID_REQUEST, OVERLOADED
 */
export async function wrapAuthenticated(
  kms: Kms,
  caller: Caller,
  command: AuthenticatedWrapCommand,
): Promise<WrappedKey> {
  try {
    const resolved = await resolveKey(kms, caller, 'wrap', command)
    return await useSecret(kms, resolved, newestVersion(resolved.key), 'keyAgreement', key => {
      const algorithm = chosenAlgorithm(command, 'ECDH-1PU', authenticatedAlgorithms[command.cek.length])
      return wrapFor(kms, command, algorithm, { key, tag: command.tag })
    })
  } finally {
    wipe(command)
  }
}

/**
 * Unwraps what was wrapped for any version; the newest is tried first. The caller wipes the result.
 *
 * @throws KmsError as `resolveKey`, OPERATION_UNSUPPORTED, INVALID_REQUEST, DECRYPTION_FAILED, OVERLOADED
 */
export async function unwrap(kms: Kms, caller: Caller, command: UnwrapCommand): Promise<Uint8Array> {
  const resolved = await resolveKey(kms, caller, 'unwrap', command)
  const algorithm = findWrapAlgorithm(command.algorithm)
  if (algorithm?.establishment === 'ML-KEM') return unwrapEncapsulated(kms, resolved, algorithm, command)
  const curves = new Set<string>()
  for (const version of usableVersions(resolved.key)) {
    const cek = await useSecret(kms, resolved, version, 'keyAgreement', own => {
      curves.add(own.curve)
      if (algorithm === undefined) throw invalidRequest('alg: not an algorithm of this server')
      return unwrapWith(own, algorithm, command)
    })
    if (cek !== undefined) return cek
  }
  if (!curves.has(readPublicKey(command.epk).curve.name)) throw noAgreement()
  throw notUnwrapped()
}

/** Undefined if it does not open, or is for a key of another curve, as another version may be. */
async function unwrapWith(
  own: KeyAgreement,
  algorithm: WrapAlgorithm,
  command: UnwrapCommand,
): Promise<Uint8Array | undefined> {
  const epk = readPublicKey(command.epk)
  const sender = algorithm.establishment === 'ECDH-1PU' ? readSender(command.sender, epk) : undefined
  if (own.curve !== epk.curve.name) return undefined
  const kek = await sharedKek(algorithm, [[own, epk], ...(sender ? [[own, sender] as const] : [])], command)
  try {
    return algorithm.unwrap(kek, command.encryptedCek)
  } finally {
    kek.fill(0)
  }
}

function readSender(sent: SentPublicKey | undefined, epk: AgreementPublicKey): AgreementPublicKey {
  const sender = sent && readPublicKey(sent)
  if (sender?.curve !== epk.curve) throw noAgreement()
  return sender
}

async function wrapFor(
  kms: Kms,
  { cek, apu, apv, ephemeral: made, ...command }: WrapCommand,
  algorithm: WrapAlgorithm,
  sender?: { readonly key: KeyAgreement; readonly tag: Uint8Array },
): Promise<WrappedKey> {
  const recipient = readPublicKey(command.recipient)
  if (sender !== undefined && sender.key.curve !== recipient.curve.name) throw noAgreement()
  const { curve } = recipient
  const tools = kms.toolsFor(command.keystoreId)
  const opened = await (made ? openPrivateKey(made, curve, tools.computation) : openFreshKey(curve, tools))
  const { agreement, publicKey } = opened
  const epk = sentPublicKey({ curve, publicKey })
  // Existing clients take what they are answered as the input of the derivation: the text of `x` in a JWE.
  const info = { apu: apu.length > 0 ? apu : Buffer.from(encodeBase64Url(epk.x), 'ascii'), apv }
  const agreements = [[agreement, recipient], ...(sender ? [[sender.key, recipient] as const] : [])] as const
  let kek: Uint8Array | undefined
  try {
    kek = await sharedKek(algorithm, agreements, { ...info, tag: sender?.tag ?? new Uint8Array(0) })
    return { ...info, algorithm: algorithm.name, encryptedCek: algorithm.wrap(kek, cek, tools.random), epk }
  } finally {
    agreement.close?.()
    kek?.fill(0)
  }
}

function wipe({ cek, ephemeral }: WrapCommand): void {
  cek.fill(0)
  ephemeral?.d.fill(0)
}

/** The KEK of what each pair agrees on, in this order. */
async function sharedKek(
  algorithm: WrapAlgorithm,
  pairs: readonly (readonly [KeyAgreement, AgreementPublicKey])[],
  info: Parameters<typeof deriveKek>[2],
): Promise<Uint8Array> {
  const secrets: Uint8Array[] = []
  try {
    for (const [own, theirs] of pairs) secrets.push(await own.agree(theirs.publicKey))
    return deriveKek(algorithm, secrets, info)
  } finally {
    for (const secret of secrets) secret.fill(0)
  }
}

/** By the bytes of the CEK: that of AES-CBC with HMAC (RFC 7518 section 5.2) is twice as long as its strength. */
const authenticatedAlgorithms: Readonly<Record<number, WrapAlgorithmName>> = {
  32: 'ECDH-1PU+A128KW',
  48: 'ECDH-1PU+A192KW',
  64: 'ECDH-1PU+A256KW',
}
