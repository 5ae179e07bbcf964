import { andThen, isTrueOfAny, type Soon } from '../at-once.ts'
import type { Caller } from '../authorization/caller.ts'
import { KmsError } from '../errors.ts'
import { type KeyAddress, withKey } from '../keys/resolve-key.ts'
import { useSecret } from '../keys/use-primitive.ts'
import type { Kms } from '../kms.ts'
import { type KeyVersion, newestVersion, usableVersions } from '../records/key.ts'

export interface ComputeMacCommand extends KeyAddress {
  readonly data: Uint8Array
}

/** Computes a MAC with the newest version. @throws KmsError OPERATION_UNSUPPORTED, and those of `resolveKey` */
export function computeMac(kms: Kms, caller: Caller, command: ComputeMacCommand): Soon<Uint8Array> {
  return withKey(kms, caller, 'computeMAC', command, resolved =>
    useSecret(kms, resolved, newestVersion(resolved.key), 'mac', mac => mac.compute(command.data)),
  )
}

export interface VerifyMacCommand extends KeyAddress {
  readonly mac: Uint8Array
  readonly data: Uint8Array
}

/** Returns or resolves if the MAC is any version's. @throws KmsError VERIFICATION_FAILED, and those of `computeMac` */
export function verifyMac(kms: Kms, caller: Caller, command: VerifyMacCommand): Soon<void> {
  return withKey(kms, caller, 'verifyMAC', command, resolved => {
    const isValid = (version: KeyVersion) =>
      useSecret(kms, resolved, version, 'mac', mac => mac.verify(command.mac, command.data))
    return andThen(isTrueOfAny(usableVersions(resolved.key), isValid), isAnys => {
      if (!isAnys) throw new KmsError('VERIFICATION_FAILED', 'the MAC is not valid')
    })
  })
}
