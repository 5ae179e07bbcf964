import type { Caller } from '../authorization/caller.ts'
import { KmsError } from '../errors.ts'
import { rebindVault } from '../keys/keystore-vault.ts'
import { resolveKeystore } from '../keys/resolve-key.ts'
import type { Kms } from '../kms.ts'

/** The DID URL of the key that signs this server's requests to vaults: whom a wallet delegates its vault to. */
export async function vaultDid(kms: Kms): Promise<string> {
  const { didUrl } = await kms.vaultSigner()
  return didUrl
}

export interface UpdateVaultCapabilityCommand {
  readonly keystoreId: string
  /** The delegated capability: JSON, UTF-8. */
  readonly capability: Uint8Array
}

/**
 * Gives a keystore another capability for its vault, in the place of one that has expired or is refused. It is tried
 * first. @throws KmsError INVALID_REQUEST, OPERATION_UNSUPPORTED, CONFLICT, VAULT_REFUSED, VAULT_UNAVAILABLE, and those
 * of `resolveKeystore`
 */
export async function updateVaultCapability(
  kms: Kms,
  caller: Caller,
  { keystoreId, capability }: UpdateVaultCapabilityCommand,
): Promise<void> {
  const { keystore } = await resolveKeystore(kms, caller, 'updateEDVCapability', keystoreId)
  if (keystore.edv === undefined) throw new KmsError('OPERATION_UNSUPPORTED', 'this keystore has no vault')
  const edv = await rebindVault(kms, keystoreId, keystore.edv, capability)
  await kms.records.replaceKeystore({ ...keystore, edv, revision: keystore.revision + 1 })
}
