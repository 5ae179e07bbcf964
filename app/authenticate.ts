import type { AccessTokenPort, Clock, Kms, ResolveDid, VerifyMessage } from '@keyhold/core'
import type { Config, ZcapConfig } from './config/config.ts'
import { admitAnyone, admitBearers } from './http/authentication/admission.ts'
import type { Authenticators } from './http/authentication/authenticator.ts'
import { bearerAuthenticators } from './http/authentication/bearer.ts'
import { byCredential } from './http/authentication/by-credential.ts'
import { gnapAuthenticators } from './http/authentication/gnap.ts'
import { localAuthenticators } from './http/authentication/local.ts'
import type { OpenReplays } from './http/authentication/replay-guard.ts'
import { withSessions } from './http/authentication/session.ts'
import { zcapAuthenticators } from './http/authentication/zcap.ts'

/** Who knows what tokens are worth, for each kind of token that is taken. */
export interface Tokens {
  readonly gnap?: { readonly tokens: AccessTokenPort; readonly verifyMessage: VerifyMessage }
  readonly bearer?: AccessTokenPort
}

/**
 * Chooses how callers prove who they are, for a server that is reached under a URL, and has sessions.
 *
 * @param openReplays what remembers the requests that must not be repeated. Default: this process alone
 */
export function chooseAuthenticators(
  config: Config,
  clock: Clock,
  resolveDid: ResolveDid,
  tokens: Tokens = {},
  openReplays?: OpenReplays,
) {
  return (baseUrl: () => string, kms: Kms): Authenticators => {
    const { auth, chainPolicy } = config
    switch (auth.kind) {
      case 'none':
        return localAuthenticators
      case 'credentials': {
        const common = { clock, clockSkew: chainPolicy.clockSkew, openReplays }
        const { gnap, bearer } = tokens
        const authority = () => new URL(baseUrl()).host
        const zcap = auth.zcap && zcapAuthenticators({ ...common, resolveDid, authority, ...auth.zcap })
        const chosen = byCredential({
          ...(auth.zcap && zcap && { zcap: { ...zcap, admission: admission(auth.zcap, zcap) } }),
          ...(auth.gnap && gnap && { gnap: gnapAuthenticators({ ...common, baseUrl, ...gnap, ...auth.gnap }) }),
          ...(auth.bearer && bearer && { bearer: bearerAuthenticators(bearer, auth.bearer.routes) }),
        })
        // Sessions are those of capabilities.
        return zcap ? withSessions(chosen, kms, openReplays) : chosen
      }
    }
  }
}

function admission({ admission }: ZcapConfig, zcap: Authenticators) {
  switch (admission.kind) {
    case 'controller':
      return zcap.admission
    case 'bearer':
      return admitBearers(admission.file)
    case 'open':
      return admitAnyone
  }
}
