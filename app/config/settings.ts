import { auditSettings } from './settings/audit.ts'
import { authSettings } from './settings/auth.ts'
import { httpSettings } from './settings/http.ts'
import { keySettings } from './settings/keys.ts'
import { limitSettings } from './settings/limits.ts'
import { lockSettings } from './settings/lock.ts'
import { observationSettings } from './settings/observation.ts'
import { previousLockSettings } from './settings/previous-lock.ts'
import { storeSettings } from './settings/store.ts'
import { tlsSettings } from './settings/tls.ts'
import { tokenSettings } from './settings/token.ts'
import { userSettings } from './settings/user.ts'

export { unsupportedSettings } from './settings/unsupported.ts'

/**
 * Every setting. `keyhold start --help`, `.env.example` and the table in the README are this table, and tests hold
 * them together. Names and meanings are those of TrustBloc KMS where it has the thing.
 */
export const settings = {
  ...httpSettings,
  ...observationSettings,
  ...limitSettings,
  ...tlsSettings,
  ...storeSettings,
  ...lockSettings,
  ...previousLockSettings,
  ...keySettings,
  ...userSettings,
  ...authSettings,
  ...tokenSettings,
  ...auditSettings,
} as const

export type SettingName = keyof typeof settings
export type Settings = { readonly [N in SettingName]: (typeof settings)[N]['parsed'] }
