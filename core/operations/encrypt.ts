import type { Encrypted } from '../algorithms/key-type.ts'
import { andThen, firstAnswer, type Soon } from '../at-once.ts'
import type { Caller } from '../authorization/caller.ts'
import { KmsError } from '../errors.ts'
import { type KeyAddress, withKey } from '../keys/resolve-key.ts'
import { useSecret } from '../keys/use-primitive.ts'
import type { Kms } from '../kms.ts'
import { type KeyVersion, newestVersion, usableVersions } from '../records/key.ts'

export interface EncryptCommand extends KeyAddress {
  readonly message: Uint8Array
  readonly associatedData: Uint8Array
}

/** Encrypts with the newest version. @throws KmsError OPERATION_UNSUPPORTED, and those of `resolveKey` */
export function encrypt(kms: Kms, caller: Caller, command: EncryptCommand): Soon<Encrypted> {
  return withKey(kms, caller, 'encrypt', command, resolved =>
    useSecret(kms, resolved, newestVersion(resolved.key), 'aead', aead =>
      aead.encrypt(command.message, command.associatedData, kms.ports.random),
    ),
  )
}

export interface DecryptCommand extends KeyAddress, Encrypted {
  readonly associatedData: Uint8Array
}

/** Opens what any version encrypted. @throws KmsError DECRYPTION_FAILED, and those of `encrypt` */
export function decrypt(kms: Kms, caller: Caller, command: DecryptCommand): Soon<Uint8Array> {
  return withKey(kms, caller, 'decrypt', command, resolved => {
    const open = (version: KeyVersion) =>
      useSecret(kms, resolved, version, 'aead', aead => aead.decrypt(command, command.associatedData))
    return andThen(firstAnswer(usableVersions(resolved.key), open), plaintext => {
      if (plaintext !== undefined) return plaintext
      throw new KmsError('DECRYPTION_FAILED', 'the ciphertext does not open with this key, nonce and associated data')
    })
  })
}
