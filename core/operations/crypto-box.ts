import { ed25519KeyType } from '../algorithms/ed25519.ts'
import { keyTypes } from '../algorithms/index.ts'
import { thumbprint } from '../algorithms/thumbprint.ts'
import type { Caller } from '../authorization/caller.ts'
import { invalidRequest, KmsError } from '../errors.ts'
import { type KeyAddress, keyNotFound, type ResolvedKey, resolveKey } from '../keys/resolve-key.ts'
import { unsupported, useSecret } from '../keys/use-primitive.ts'
import type { Kms } from '../kms.ts'
import { type Key, type KeyVersion, newestVersion } from '../records/key.ts'

export interface EasyCommand extends KeyAddress {
  readonly payload: Uint8Array
  /** 24 bytes. It must never be used twice with the same two keys. */
  readonly nonce: Uint8Array
  /** The recipient's X25519 public key. */
  readonly theirPublicKey: Uint8Array
}

/** Makes a NaCl box with the newest version. @throws KmsError as `resolveKey`, OPERATION_UNSUPPORTED, INVALID_REQUEST */
export async function easy(kms: Kms, caller: Caller, command: EasyCommand): Promise<Uint8Array> {
  const resolved = await resolveKey(kms, caller, 'wrap', command)
  return useSecret(kms, resolved, newestVersion(resolved.key), 'box', box => {
    checkLengths(command)
    return box.seal(command.payload, command.nonce, command.theirPublicKey)
  })
}

export interface SealOpenCommand extends KeyAddress {
  readonly ciphertext: Uint8Array
  /** The Ed25519 public key of the version that opens. */
  readonly myPublicKey: Uint8Array
}

export interface EasyOpenCommand extends SealOpenCommand {
  readonly nonce: Uint8Array
  /** The sender's X25519 public key. */
  readonly theirPublicKey: Uint8Array
}

/** Opens a box. @throws KmsError as `easy`, DECRYPTION_FAILED */
export async function easyOpen(kms: Kms, caller: Caller, command: EasyOpenCommand): Promise<Uint8Array> {
  const [resolved, version] = await resolveOwn(kms, caller, command)
  checkLengths(command)
  return opened(
    await useSecret(kms, resolved, version, 'box', box =>
      box.open(command.ciphertext, command.nonce, command.theirPublicKey),
    ),
  )
}

/** Opens what somebody has sealed for a version without saying who it is. @throws KmsError as `easyOpen` */
export async function sealOpen(kms: Kms, caller: Caller, command: SealOpenCommand): Promise<Uint8Array> {
  const [resolved, version] = await resolveOwn(kms, caller, command)
  return opened(await useSecret(kms, resolved, version, 'box', box => box.openSealed(command.ciphertext)))
}

/**
 * The version that has a public key. Existing clients put its thumbprint into the path, and their server never looks at
 * the path: a key of another name that has it is as good, if the caller may use that one.
 */
async function resolveOwn(
  kms: Kms,
  caller: Caller,
  { keystoreId, keyId, myPublicKey }: SealOpenCommand,
): Promise<[ResolvedKey, KeyVersion]> {
  const named = await resolveKey(kms, caller, 'unwrap', { keystoreId, keyId })
  if (!named.key.versions.some(canBox)) throw unsupported()
  if (myPublicKey.length !== 32) throw invalidRequest('my_pub: must be 32 bytes')
  const own = versionOf(named.key, myPublicKey)
  if (own !== undefined) return [named, own]
  const id = thumbprint(ed25519KeyType.publicPart.jwk(myPublicKey))
  const other = await resolveKey(kms, caller, 'unwrap', { keystoreId, keyId: id })
  const version = versionOf(other.key, myPublicKey)
  if (version === undefined) throw keyNotFound()
  return [other, version]
}

function canBox({ type }: KeyVersion): boolean {
  return keyTypes[type].box !== undefined
}

function versionOf({ versions }: Key, publicKey: Uint8Array): KeyVersion | undefined {
  return versions.find(
    version => canBox(version) && version.publicKey && Buffer.compare(version.publicKey, publicKey) === 0,
  )
}

function checkLengths({ nonce, theirPublicKey }: Pick<EasyCommand, 'nonce' | 'theirPublicKey'>): void {
  if (nonce.length !== 24) throw invalidRequest('nonce: must be 24 bytes')
  if (theirPublicKey.length !== 32) throw invalidRequest('their_pub: must be 32 bytes')
}

function opened(plaintext: Uint8Array | undefined): Uint8Array {
  if (plaintext !== undefined) return plaintext
  throw new KmsError('DECRYPTION_FAILED', 'the box does not open with this key, nonce and sender')
}
