import { experimentalKeyTypeNames } from '@keyhold/core'
import * as values from '../values.ts'
import { setting } from './setting.ts'

/** What keys can be made. */
export const keySettings = {
  experimentalKeyTypes: setting(
    'KMS_EXPERIMENTAL_KEY_TYPES',
    'experimental-key-types',
    values.experimentalKeyTypes,
    undefined,
    'Experimental key types, separated by commas, of which new keys can be made: ' +
      `${experimentalKeyTypeNames.join(', ')}.`,
  ),
} as const
