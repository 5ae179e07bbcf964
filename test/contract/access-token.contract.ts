import type { AccessToken, AccessTokenPort, PublicJwk, TokenOwner } from '@keyhold/core'
import type { Test } from 'tap'
import { outcome } from './outcome.ts'

/** What some issuers cannot say of a token. */
export interface AccessTokenContractOptions {
  /** Whether tokens can be bound to keys. Default: they can. */
  readonly keys?: boolean
}

/** RFC 7517 appendix A.1, RFC 8037 appendix A.2. */
const keys: readonly PublicJwk[] = [
  {
    kty: 'EC',
    crv: 'P-256',
    kid: 'one',
    x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
    y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
  },
  { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
]

/** RFC 8037 appendix A.3. */
const thumbprint = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'
/** In the year 2100, and in 1970. */
const [later, before] = [4_102_444_800_000, 1_000_000]

/** Of the characters that a token may have, those that mean something somewhere. */
const hostileTokens = ['..', '%00', "';--", '"}', '{"$gt":""}', '<a>', '\\', '?a=b&c#d', '__proto__', 'a'.repeat(8192)]

/**
 * Everything that `AccessTokenPort` promises. An adapter's test calls this with a function that opens an issuer of exactly
 * the given tokens each time it is called, and registers its teardown with the `t` it is given. Owners with a subject are
 * of the issuer that `issuer` names.
 */
export async function accessTokenContract(
  t: Test,
  issuer: string,
  open: (t: Test, tokens: ReadonlyMap<string, AccessToken>) => Promise<AccessTokenPort>,
  { keys: hasKeys = true }: AccessTokenContractOptions = {},
): Promise<void> {
  const tokenOf = (subject: string, rest: Partial<AccessToken> = {}): AccessToken => {
    const owner: TokenOwner = { issuer, subject }
    return { owner, rights: [{}], expires: later, ...rest }
  }

  await t.test('what is known of a token', async t => {
    const cases: Record<string, AccessToken> = {
      plain: tokenOf('alice'),
      other: tokenOf('bob'),
      unicode: tokenOf('Zoë 😀'),
      nothing: tokenOf('alice', { rights: [] }),
      actions: tokenOf('alice', { rights: [{ actions: ['sign'] }, { actions: ['verify', 'createKeyStore'] }] }),
      places: tokenOf('alice', { rights: [{ actions: ['sign'], locations: ['https://kms.example/v1/keystores/a'] }] }),
      ...(hasKeys && {
        bound: tokenOf('alice', keys[0] && { key: keys[0] }),
        'of a key': { ...tokenOf(''), owner: { thumbprint }, ...(keys[1] && { key: keys[1] }) },
      }),
    }
    const tokens = new Map(Object.entries(cases).map(([name, token]) => [name.replaceAll(' ', '-'), token]))
    const issuer = await open(t, tokens)
    for (const [token, expected] of tokens) t.strictSame(await issuer.introspect(token), expected, token)
  })

  await t.test('a token that is not active is undefined', async t => {
    const tokens = new Map([
      ['known', tokenOf('alice')],
      ['expired', tokenOf('alice', { expires: before })],
    ])
    const issuer = await open(t, tokens)
    for (const token of ['expired', 'k', 'Known', 'knownn', 'known.', 'known=', ...hostileTokens]) {
      t.equal(await issuer.introspect(token), undefined, token.slice(0, 40))
    }
    t.strictSame(await issuer.introspect('known'), tokens.get('known'), 'and does not make another one so')
  })

  await t.test('hostile tokens are data', async t => {
    const tokens = new Map(hostileTokens.map((token, index) => [token, tokenOf(`subject ${index}`)]))
    const issuer = await open(t, tokens)
    for (const [token, expected] of tokens) t.strictSame(await issuer.introspect(token), expected, token.slice(0, 40))
  })

  await t.test('calls may run in parallel', async t => {
    const tokens = new Map(Array.from({ length: 32 }, (_, i) => [`token-${i % 8}-${i}`, tokenOf(`subject ${i}`)]))
    const issuer = await open(t, tokens)
    const found = await Promise.all([...tokens.keys(), ...tokens.keys()].map(token => issuer.introspect(token)))
    t.strictSame(found, [...tokens.values(), ...tokens.values()])
  })

  await t.test('after close every call answers AUTH_UNAVAILABLE', async t => {
    const issuer = await open(t, new Map([['known', tokenOf('alice')]]))
    t.ok(await issuer.introspect('known'))
    t.equal(await issuer.close(), undefined)
    for (const token of ['known', 'unknown']) t.equal(await outcome(() => issuer.introspect(token)), 'AUTH_UNAVAILABLE')
    t.equal(await issuer.close(), undefined, 'close may be called again')
  })
}
