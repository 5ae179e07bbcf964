import type { Clock, ResolveDid } from '@keyhold/core'
import type { AuthConfig, Config } from './config/config.ts'
import { admitAnyone, admitBearers } from './http/authentication/admission.ts'
import type { Authenticators } from './http/authentication/authenticator.ts'
import { localAuthenticators } from './http/authentication/local.ts'
import { zcapAuthenticators } from './http/authentication/zcap.ts'

/** Chooses how callers prove who they are, for a server that is reached under a URL. */
export function chooseAuthenticators(config: Config, clock: Clock, resolveDid: ResolveDid) {
  return (baseUrl: () => string): Authenticators => {
    const { auth, chainPolicy } = config
    switch (auth.kind) {
      case 'none':
        return localAuthenticators
      case 'zcap': {
        const authority = () => new URL(baseUrl()).host
        const { coverage } = auth
        const zcap = zcapAuthenticators({ clock, resolveDid, coverage, clockSkew: chainPolicy.clockSkew, authority })
        return { ...zcap, admission: admission(auth, zcap) }
      }
    }
  }
}

function admission({ admission }: Extract<AuthConfig, { kind: 'zcap' }>, zcap: Authenticators) {
  switch (admission.kind) {
    case 'controller':
      return zcap.admission
    case 'bearer':
      return admitBearers(admission.file)
    case 'open':
      return admitAnyone
  }
}
