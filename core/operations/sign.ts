import type { Caller } from '../authorization/caller.ts'
import { KmsError } from '../errors.ts'
import { type KeyAddress, resolveKey } from '../keys/resolve-key.ts'
import { usePublic, useSecret } from '../keys/use-primitive.ts'
import type { Kms } from '../kms.ts'
import { newestVersion, usableVersions } from '../records/key.ts'

export interface SignCommand extends KeyAddress {
  readonly message: Uint8Array
}

/** Signs with the newest version. @throws KmsError OPERATION_UNSUPPORTED, and those of `resolveKey` */
export async function sign(kms: Kms, caller: Caller, command: SignCommand): Promise<Uint8Array> {
  const resolved = await resolveKey(kms, caller, 'sign', command)
  return useSecret(kms, resolved, newestVersion(resolved.key), 'signer', signer => signer.sign(command.message))
}

export interface VerifyCommand extends KeyAddress {
  readonly signature: Uint8Array
  readonly message: Uint8Array
}

/** Resolves if the signature is any version's. @throws KmsError VERIFICATION_FAILED, and those of `sign` */
export async function verify(
  kms: Kms,
  caller: Caller,
  { signature, message, ...address }: VerifyCommand,
): Promise<void> {
  const resolved = await resolveKey(kms, caller, 'verify', address)
  for (const version of usableVersions(resolved.key)) {
    if (await usePublic(kms, resolved, version, 'verifier', verifier => verifier.verify(signature, message))) return
  }
  throw new KmsError('VERIFICATION_FAILED', 'the signature is not valid')
}
