import type { Owner } from '../plan.ts'
import { each, isGnap, only, show, signature, type TokenCase, token } from './case.ts'

const owners: readonly Owner[] = [
  { subject: 'alice' },
  { subject: 'bob' },
  { subjectElsewhere: 'alice' },
  { keyOf: 'alice' },
  { keyOf: 'bob' },
  'nobody',
]

/** Who has the token, and whose the keystore is. */
const holderCases: readonly TokenCase[] = [
  ...each(
    owners,
    owner => `the keystore is ${show(owner)}'s`,
    owner =>
      ({ keystore }) => ({ keystore: { ...keystore, owner } }),
  ),
  ...each(
    ['suspended', 'unknown'] as const,
    state => `the keystore is ${state}`,
    state =>
      ({ keystore }) => ({ keystore: { ...keystore, state } }),
  ),
  ...each(
    [undefined, 'alice', 'bob'] as const,
    subject => `the token is ${subject}'s`,
    subject => token({ subject }),
  ),
]

/** Who signs. */
const signerCases: readonly TokenCase[] = [
  ...each(
    [undefined, 'alice', 'bob'] as const,
    key => `the token is bound to the key of ${key}`,
    key => token({ key }),
  ),
  { name: 'another signs', change: signature({ by: 'bob' }) },
  { name: 'another signs, as the honest one', change: signature({ by: 'bob', keyId: "another's" }) },
  {
    name: 'another has the token, and signs',
    change: ({ token, signature }) => ({
      token: { ...token, subject: token.subject && 'bob', key: 'bob' },
      signature: { ...signature, by: 'bob' },
    }),
  },
  {
    name: 'the same subject with another key',
    change: ({ token, signature }) => ({ token: { ...token, key: 'bob' }, signature: { ...signature, by: 'bob' } }),
  },
  { name: 'another subject with the same key', change: token({ subject: 'bob' }) },
]

/** What the server says of the token. */
const tokenCases: readonly TokenCase[] = [
  ...each(
    ['inactive', 'unknown'] as const,
    known => `the token is ${known}`,
    known => token({ known }),
  ),
  ...each(
    [-60, -1, 0, 1, 60],
    expires => `the token ends at ${expires} s`,
    expires => token({ expires }),
  ),
  ...each(
    [-60, 0, 30, 31, 60],
    begins => `the token begins at ${begins} s`,
    begins => token({ begins }),
  ),
  ...each(
    ['absent', 'this', 'this and another', 'another'] as const,
    audience => `the token is for ${audience}`,
    audience => token({ audience }),
  ),
  ...each(
    [999, 1000, 1001, 20_000],
    later => `the token ends 1 s after the signature, and arrives after ${later} ms`,
    later => honest => ({ ...token({ expires: 1 })(honest), later }),
  ),
]

export const ownerCases: readonly TokenCase[] = [...holderCases, ...tokenCases, ...only(isGnap, signerCases)]
