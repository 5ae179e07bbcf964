import { KmsError } from '@keyhold/core'

/** @param reason for the log; like the message it repeats nothing that the vault said */
export function vaultUnavailable(reason: string): KmsError {
  return new KmsError('VAULT_UNAVAILABLE', 'the vault does not answer as a vault does', { cause: reason })
}

export function vaultRefused(reason: string): KmsError {
  return new KmsError('VAULT_REFUSED', 'the vault does not accept the capability', { cause: reason })
}

export function vaultCorrupt(reason: string): KmsError {
  return new KmsError('VAULT_CORRUPT', 'a document in the vault is not what was put there', { cause: reason })
}

export function vaultClosed(): KmsError {
  return new KmsError('VAULT_UNAVAILABLE', 'the vault is closed')
}
