import type {
  DigestPlan,
  Moved,
  Owner,
  RightPlan,
  SignatureForm,
  SignaturePlan,
  TokenPlan,
  TokenPlanned,
} from './plan.ts'

/** Something about an honest request that is changed. What it must come to then is the oracle's to say. */
interface TokenCase {
  readonly name: string
  readonly on?: (honest: TokenPlan) => boolean
  readonly change: (honest: TokenPlan) => Partial<TokenPlan>
}

const hasBody = ({ route }: TokenPlan) => route.body !== undefined

const token =
  (change: Partial<TokenPlanned>) =>
  ({ token }: TokenPlan): Partial<TokenPlan> => ({ token: { ...token, ...change } })

const signature =
  (change: Partial<SignaturePlan> | ((signature: SignaturePlan) => Partial<SignaturePlan>)) =>
  ({ signature }: TokenPlan): Partial<TokenPlan> => ({
    signature: { ...signature, ...(typeof change === 'function' ? change(signature) : change) },
  })

function each<T>(
  values: readonly T[],
  name: (value: T) => string,
  change: (value: T) => TokenCase['change'],
): TokenCase[] {
  return values.map(value => ({ name: name(value), change: change(value) }))
}

const show = (value: unknown) => JSON.stringify(value) ?? 'undefined'

const owners: readonly Owner[] = [
  { subject: 'alice' },
  { subject: 'bob' },
  { keyOf: 'alice' },
  { keyOf: 'bob' },
  'nobody',
]

/** Who has the token, who signs, and whose the keystore is. */
const ownerCases: readonly TokenCase[] = [
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
    ['this', 'this and another', 'another'] as const,
    audience => `the token is for ${audience}`,
    audience => token({ audience }),
  ),
  ...each(
    [999, 1000, 1001, 20_000],
    later => `the token ends 1 s after the signature, and arrives after ${later} ms`,
    later => honest => ({ ...token({ expires: 1 })(honest), later }),
  ),
]

const rights: readonly (readonly RightPlan[])[] = [
  [],
  ['keyhold:{action}'],
  ['keyhold:blind'],
  ['openid', 'keyhold:{action}', 'profile'],
  ['KEYHOLD'],
  ['keyhold '],
  ['kms'],
  ['keyhold:createKeyStore'],
  [{ type: 'keyhold' }],
  [{ type: 'other' }],
  [{ type: 'keyhold', actions: ['{action}'] }],
  [{ type: 'keyhold', actions: ['read', '{action}'] }],
  [{ type: 'keyhold', actions: [] }],
  [{ type: 'keyhold', actions: ['blind'] }],
  [{ type: 'other', actions: ['{action}'] }],
  [{ type: 'keyhold', locations: ['https://kms.example'] }],
  [{ type: 'keyhold', locations: ['https://kms.example/'] }],
  [{ type: 'keyhold', locations: ['https://kms.example/v1/keystores'] }],
  [{ type: 'keyhold', locations: ['{ks}'] }],
  [{ type: 'keyhold', locations: ['{key}'] }],
  [{ type: 'keyhold', locations: ['{ks}x'] }],
  [{ type: 'keyhold', locations: ['https://kms.exampl'] }],
  [{ type: 'keyhold', locations: ['https://'] }],
  [{ type: 'keyhold', locations: [] }],
  [{ type: 'keyhold', actions: ['{action}'], locations: ['{ks}'] }],
  [{ type: 'keyhold', actions: ['{action}'], locations: ['https://other.example'] }],
  [
    { type: 'keyhold', actions: ['{action}'], locations: [] },
    { type: 'keyhold', actions: [], locations: ['{ks}'] },
  ],
  [{ type: 'other' }, { type: 'keyhold', actions: ['{action}'] }],
]

const rightCases: readonly TokenCase[] = each(
  rights,
  access => `rights ${show(access)}`,
  access => token({ access }),
)

const authorizations: readonly (readonly string[])[] = [
  [],
  [''],
  ['GNAP'],
  ['GNAP '],
  ['gnap TOKEN'],
  ['GNAP  TOKEN'],
  ['GNAP TOKEN '],
  ['GNAP TOKEN, GNAP TOKEN'],
  ['GNAP TOKENx'],
  ['GNAP "TOKEN"'],
  ['TOKEN'],
  ['Bearer TOKEN'],
  ['Basic TOKEN'],
  ['Signature TOKEN'],
  ['GNAP TOKEN', 'GNAP TOKEN'],
  ['Basic x', 'GNAP TOKEN'],
  ['GNAP TOKEN', 'Basic x'],
]

const authorizationCases: readonly TokenCase[] = [
  ...each(
    authorizations,
    lines => `authorization ${show(lines)}`,
    authorization => () => ({ authorization }),
  ),
  {
    name: 'a capability is invoked beside the token',
    change: () => ({ besides: { 'capability-invocation': 'zcap id="urn:zcap:root:x",action="sign"' } }),
  },
  { name: 'somebody else is named by Auth-User', change: () => ({ besides: { 'auth-user': 'bob' } }) },
]

const forms: readonly SignatureForm[] = [
  'another label',
  'labels that differ',
  'two signatures, the honest one first',
  'two signatures, the honest one last',
  'a parameter twice',
  'a component with a parameter',
  'spaces in the list',
  'no Signature',
  'no Signature-Input',
  'neither',
  'a text that is no signature',
  'as cavage',
]

const parameters = [
  ';nonce="abc"',
  ';tag="gnap"',
  ';tag="other"',
  ';alg="ecdsa-p256-sha256"',
  ';alg="ed25519"',
  ';alg="hmac-sha256"',
  ';alg="none"',
  ';unknown="x"',
  ';nonce=abc',
  ';req',
]

const signatureCases: readonly TokenCase[] = [
  ...each(
    forms,
    form => `signature: ${form}`,
    form => signature({ form }),
  ),
  ...each(
    ['bit flipped', 'zeros', 'empty', 'of another key'] as const,
    flaw => `signature: ${flaw}`,
    flaw => signature({ flaw }),
  ),
  ...each(
    ["another's", 'absent'] as const,
    keyId => `keyid: ${keyId}`,
    keyId => signature({ keyId }),
  ),
  ...each(
    parameters,
    text => `parameters: ${text}`,
    parameters => signature({ parameters }),
  ),
  ...each(
    ['@method', '@target-uri', 'authorization', 'content-digest'],
    name => `${name} is not covered`,
    name => signature(({ covered }) => ({ covered: covered.filter(each => each !== name) })),
  ),
  ...each(
    [['host'], ['@authority'], ['@path'], ['@query'], ['@scheme'], ['@status'], ['x-other'], ['content-type']] as const,
    more => `${more} is covered besides`,
    more => signature(({ covered }) => ({ covered: [...covered, ...more] })),
  ),
  { name: 'a component is covered twice', change: signature(({ covered }) => ({ covered: [...covered, '@method'] })) },
  { name: 'nothing is covered', change: signature({ covered: [] }) },
  ...each(
    ['content-digest', 'signature', 'signature-input', 'authorization'],
    header => `${header} is sent twice`,
    header => () => ({ twice: [header] }),
  ),
  {
    name: 'x-other is covered and sent twice',
    change: honest => ({
      ...signature(({ covered }) => ({ covered: [...covered, 'x-other'] }))(honest),
      besides: { 'x-other': 'a' },
      twice: ['x-other'],
    }),
  },
  {
    name: 'x-other is covered and sent',
    change: honest => ({
      ...signature(({ covered }) => ({ covered: [...covered, 'x-other'] }))(honest),
      besides: { 'x-other': 'a' },
    }),
  },
  { name: 'signatures are not asked for', change: () => ({ signed: false }) },
  {
    name: 'signatures are not asked for, and there is none',
    change: honest => ({ signed: false, ...signature({ form: 'neither' })(honest) }),
  },
  {
    name: 'signatures are not asked for, and the token is bound to no key',
    change: honest => ({ signed: false, ...token({ key: undefined })(honest) }),
  },
]

const timeCases: readonly TokenCase[] = [
  ...each(
    [-31_536_000, -3600, -61, -60, -59, -1, 1, 29, 30, 31, 60, 3600],
    created => `created at ${created} s`,
    created => signature({ created }),
  ),
  ...each(
    [999, 30_000, 59_999, 60_000, 60_001, 300_000],
    later => `arrives after ${later} ms`,
    later => () => ({ later }),
  ),
  ...each(
    [
      [0, 0],
      [0, 600],
      [0, 601],
      [0, -1],
      [-50, -31],
      [-50, -30],
      [30, 630],
      [30, 631],
    ] as const,
    times => `created and expiring at ${times}`,
    ([created, expires]) => signature({ created, expires }),
  ),
  { name: 'does not say when it was made', change: signature({ created: undefined }) },
]

const moves: readonly Moved[] = [
  'another method',
  'another path',
  'another keystore',
  'no query',
  'another query',
  'another host',
  'http',
  'another token',
  'another digest',
]

const digests: readonly DigestPlan['header'][] = [
  'content-digest',
  'content-digest sha-512',
  'digest',
  'content-digest md5',
  'two digests',
  'absent',
]

const bodyCases: readonly TokenCase[] = [
  ...each(
    moves,
    moved => `signed for ${moved}`,
    moved => () => ({ signedFor: [moved], query: '?a=b' }),
  ),
  { name: 'with a query', change: () => ({ query: '?a=b' }) },
  ...digests.flatMap(header =>
    each(
      ['body', 'other body', 'no bytes'] as const,
      of => `${header} of ${of}`,
      of =>
        ({ signature }) => ({
          digest: { header, of },
          signature: {
            ...signature,
            covered: [
              ...signature.covered.filter(name => name !== 'content-digest'),
              ...(header === 'absent' ? [] : [header.split(' ')[0]?.replace('two', 'content-digest') ?? '']),
            ],
          },
        }),
    ),
  ),
  { name: 'no body', on: hasBody, change: () => ({ body: 'absent' }) },
  {
    name: 'no body, and the digest of none',
    on: hasBody,
    change: () => ({ body: 'absent', digest: { header: 'content-digest', of: 'no bytes' } }),
  },
]

const repetitionCases: readonly TokenCase[] = each(
  [0, 1, 999, 1000, 1001, 2000, 29_000, 59_000, 60_001],
  repeatedAfter => `repeated after ${repeatedAfter} ms`,
  repeatedAfter => () => ({ repeatedAfter }),
)

const cases: readonly TokenCase[] = [
  { name: 'right', change: () => ({}) },
  ...ownerCases,
  ...tokenCases,
  ...rightCases,
  ...authorizationCases,
  ...signatureCases,
  ...timeCases,
  ...bodyCases,
  ...repetitionCases,
]

/** Every case of every honest plan to which it applies. */
export function everyTokenPlan(honest: readonly TokenPlan[]): TokenPlan[] {
  return honest.flatMap(plan =>
    cases
      .filter(({ on }) => on === undefined || on(plan))
      .map(({ name, change }) => ({ ...plan, ...change(plan), name: `${plan.name}: ${name}` })),
  )
}
