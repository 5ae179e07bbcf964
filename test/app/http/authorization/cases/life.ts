import {
  aCase,
  all,
  both,
  type Case,
  changed,
  eachOf,
  invokes,
  invokesDelegated,
  isDelegated,
  isRoot,
  isSigned,
  isTrustbloc,
  keystore,
  leaf,
  signature,
} from './case.ts'

const ninetyDays = 7_776_000
const signedBy = (by: 'heir' | 'owner' | 'stranger') => signature({ by, keyId: { of: by, form: 'url' } })
const handedOver = () => ({ events: [{ what: 'handed over', to: 'heir' }] as const })
const handedBack = () => ({
  events: [
    { what: 'handed over', to: 'heir' },
    { what: 'handed over', to: 'owner' },
  ] as const,
})
const revoked = () => ({ events: [{ what: 'revoked', link: 0 }] as const })

/** How long capabilities and keystores are good for, and for whom. Seconds from when the request is signed. */
export const lifeCases: readonly Case[] = [
  ...eachOf(
    [-3600, -31, -30, -29, -1, 0, 1, 60],
    expires => `delegation: expires at ${expires}`,
    expires => changed(leaf({ created: -7200, expires }), invokesDelegated),
  ),
  ...eachOf(
    [29_000, 30_000, 30_001, 31_000],
    later => `delegation: used ${later} ms after its end`,
    later =>
      changed(
        all(leaf({ created: -7200, expires: 0 }), () => ({ later })),
        invokesDelegated,
      ),
  ),
  ...eachOf(
    [-3600, -31, -30, -29, -1, 0, 1],
    end => `delegation: its caveat ends at ${end}`,
    end =>
      changed(leaf({ created: -7200, expires: undefined, caveat: end + 7200 }), both(invokesDelegated, isTrustbloc)),
  ),
  aCase(
    'delegation: its caveat ends after its end',
    leaf({ created: -7200, expires: -31, caveat: 7200 }),
    both(invokesDelegated, isTrustbloc),
  ),
  aCase('delegation: its caveat is negative', leaf({ caveat: -1_000_000 }), both(invokesDelegated, isTrustbloc)),
  aCase('delegation: without an end', leaf({ expires: undefined }), invokesDelegated),
  ...eachOf(
    [ninetyDays - 1, ninetyDays, ninetyDays + 1, 10 * ninetyDays],
    life => `delegation: for ${life} s, the first day`,
    life => changed(leaf({ created: -10, expires: life - 10 }), invokesDelegated),
  ),
  ...eachOf(
    [ninetyDays, ninetyDays + 30, ninetyDays + 31, 10 * ninetyDays],
    age => `delegation: ${age} s old and good for ten years`,
    age => changed(leaf({ created: -age, expires: 315_360_000 }), invokesDelegated),
  ),
  ...eachOf(
    [ninetyDays + 30, ninetyDays + 31],
    age => `delegation: ${age} s old and without an end`,
    age => changed(leaf({ created: -age, expires: undefined }), invokesDelegated),
  ),
  ...eachOf(
    [0, 1, 30, 31, 3600],
    created => `delegation: made ${created} s ahead`,
    created => changed(leaf({ created, expires: 7200 }), invokesDelegated),
  ),
  aCase('delegation: ends before it begins', leaf({ created: -5, expires: -10 }), invokesDelegated),
  aCase('revoked', revoked, isDelegated),
  aCase('handed over, the old controller asks', handedOver, isSigned),
  aCase('handed over, the new controller asks', all(handedOver, signedBy('heir')), isSigned),
  aCase('handed over, a stranger asks', all(handedOver, signedBy('stranger')), isSigned),
  aCase(
    'handed over, the new controller has delegated',
    all(handedOver, leaf({ by: 'heir', names: 'heir' })),
    isDelegated,
  ),
  aCase('handed over and back', handedBack, isSigned),
  aCase('handed over and back, the other one asks', all(handedBack, signedBy('heir')), isSigned),
  aCase(
    'handed over, the old controller sends a root that names it',
    all(handedOver, ({ capability }) => ({
      capability: capability.kind === 'root' ? { ...capability, looks: 'forged by its sender' } : capability,
    })),
    both(invokes, isRoot, isTrustbloc),
  ),
  aCase('suspended', keystore({ state: 'suspended' }), isSigned),
  aCase('suspended, a stranger asks', all(keystore({ state: 'suspended' }), signedBy('stranger')), isSigned),
  aCase('unknown keystore', keystore({ state: 'unknown' }), isSigned),
  aCase('unknown keystore, a stranger asks', all(keystore({ state: 'unknown' }), signedBy('stranger')), isSigned),
]
