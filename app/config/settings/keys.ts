import { experimentalKeyTypeNames } from '@keyhold/core'
import * as values from '../values.ts'
import { setting } from './setting.ts'

/** What keys can be made, and by what they are used. */
export const keySettings = {
  experimentalKeyTypes: setting(
    'KMS_EXPERIMENTAL_KEY_TYPES',
    'experimental-key-types',
    values.experimentalKeyTypes,
    undefined,
    'Experimental key types, separated by commas, of which new keys can be made: ' +
      `${experimentalKeyTypeNames.join(', ')}.`,
  ),
  ed25519: setting(
    'KMS_ED25519',
    'ed25519',
    values.oneOf('auto', 'libsodium', 'openssl'),
    'auto',
    'What makes and verifies Ed25519 signatures: libsodium (half of the time), openssl, or auto (libsodium where it is installed).',
  ),
} as const
