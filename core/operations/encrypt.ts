import type { Encrypted } from '../algorithms/key-type.ts'
import type { Caller } from '../authorization/caller.ts'
import { KmsError } from '../errors.ts'
import { type KeyAddress, resolveKey } from '../keys/resolve-key.ts'
import { useSecret } from '../keys/use-primitive.ts'
import type { Kms } from '../kms.ts'
import { newestVersion, usableVersions } from '../records/key.ts'

export interface EncryptCommand extends KeyAddress {
  readonly message: Uint8Array
  readonly associatedData: Uint8Array
}

/** Encrypts with the newest version. @throws KmsError OPERATION_UNSUPPORTED, and those of `resolveKey` */
export async function encrypt(kms: Kms, caller: Caller, command: EncryptCommand): Promise<Encrypted> {
  const resolved = await resolveKey(kms, caller, 'encrypt', command)
  return useSecret(kms, resolved, newestVersion(resolved.key), 'aead', aead =>
    aead.encrypt(command.message, command.associatedData, kms.ports.random),
  )
}

export interface DecryptCommand extends KeyAddress, Encrypted {
  readonly associatedData: Uint8Array
}

/** Opens what any version encrypted. @throws KmsError DECRYPTION_FAILED, and those of `encrypt` */
export async function decrypt(kms: Kms, caller: Caller, command: DecryptCommand): Promise<Uint8Array> {
  const resolved = await resolveKey(kms, caller, 'decrypt', command)
  for (const version of usableVersions(resolved.key)) {
    const plaintext = await useSecret(kms, resolved, version, 'aead', aead =>
      aead.decrypt(command, command.associatedData),
    )
    if (plaintext !== undefined) return plaintext
  }
  throw new KmsError('DECRYPTION_FAILED', 'the ciphertext does not open with this key, nonce and associated data')
}
