import { openSodiumEd25519, SodiumError } from '@keyhold/adapters'
import { type Ed25519Port, openSslEd25519 } from '@keyhold/core'
import type { Config } from './config/config.ts'

/** Opens what makes and verifies Ed25519 signatures. @throws SodiumError if it must be libsodium and cannot */
export async function openEd25519(choice: Config['ed25519']): Promise<Ed25519Port> {
  switch (choice) {
    case 'openssl':
      return openSslEd25519
    case 'libsodium':
      return openSodiumEd25519()
    case 'auto':
      return openSodiumEd25519().catch(error => {
        if (error instanceof SodiumError) return openSslEd25519
        throw error
      })
  }
}
