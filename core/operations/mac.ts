import type { Caller } from '../authorization/caller.ts'
import { KmsError } from '../errors.ts'
import { type KeyAddress, resolveKey } from '../keys/resolve-key.ts'
import { useSecret } from '../keys/use-primitive.ts'
import type { Kms } from '../kms.ts'
import { newestVersion, usableVersions } from '../records/key.ts'

export interface ComputeMacCommand extends KeyAddress {
  readonly data: Uint8Array
}

/** Computes a MAC with the newest version. @throws KmsError OPERATION_UNSUPPORTED, and those of `resolveKey` */
export async function computeMac(kms: Kms, caller: Caller, command: ComputeMacCommand): Promise<Uint8Array> {
  const resolved = await resolveKey(kms, caller, 'computeMAC', command)
  return useSecret(kms, resolved, newestVersion(resolved.key), 'mac', mac => mac.compute(command.data))
}

export interface VerifyMacCommand extends KeyAddress {
  readonly mac: Uint8Array
  readonly data: Uint8Array
}

/** Resolves if the MAC is any version's. @throws KmsError VERIFICATION_FAILED, and those of `computeMac` */
export async function verifyMac(kms: Kms, caller: Caller, command: VerifyMacCommand): Promise<void> {
  const resolved = await resolveKey(kms, caller, 'verifyMAC', command)
  for (const version of usableVersions(resolved.key)) {
    if (await useSecret(kms, resolved, version, 'mac', mac => mac.verify(command.mac, command.data))) return
  }
  throw new KmsError('VERIFICATION_FAILED', 'the MAC is not valid')
}
