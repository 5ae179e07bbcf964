import { andThen, isTrueOfAny, type Soon } from '../at-once.ts'
import type { Caller } from '../authorization/caller.ts'
import { KmsError } from '../errors.ts'
import { type KeyAddress, withKey } from '../keys/resolve-key.ts'
import { usePublic, useSecret } from '../keys/use-primitive.ts'
import type { Kms } from '../kms.ts'
import { type KeyVersion, newestVersion, usableVersions } from '../records/key.ts'

export interface SignCommand extends KeyAddress {
  readonly message: Uint8Array
}

/** Signs with the newest version. @throws KmsError OPERATION_UNSUPPORTED, and those of `resolveKey` */
export function sign(kms: Kms, caller: Caller, command: SignCommand): Soon<Uint8Array> {
  return withKey(kms, caller, 'sign', command, resolved =>
    useSecret(kms, resolved, newestVersion(resolved.key), 'signer', signer => signer.sign(command.message)),
  )
}

export interface VerifyCommand extends KeyAddress {
  readonly signature: Uint8Array
  readonly message: Uint8Array
}

/** Returns or resolves if the signature is any version's. @throws KmsError VERIFICATION_FAILED, and those of `sign` */
export function verify(kms: Kms, caller: Caller, command: VerifyCommand): Soon<void> {
  const { signature, message } = command
  return withKey(kms, caller, 'verify', command, resolved => {
    const isValid = (version: KeyVersion) =>
      usePublic(kms, resolved, version, 'verifier', verifier => verifier.verify(signature, message))
    return andThen(isTrueOfAny(usableVersions(resolved.key), isValid), isAnys => {
      if (!isAnys) throw new KmsError('VERIFICATION_FAILED', 'the signature is not valid')
    })
  })
}
