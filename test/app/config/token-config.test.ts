import { loadConfig } from '@keyhold/app'
import t from 'tap'
import { choices, introspected, problemsOf, type Variables } from './choices.ts'

t.test('ways to authenticate are a list', async t => {
  const auth = (text: string) => loadConfig({ ...choices.gnap, ...introspected, KMS_AUTH_TYPE: text }).auth
  const all = { kind: 'credentials', zcap: {}, gnap: {}, bearer: {} }
  for (const text of ['zcap,gnap,bearer', 'bearer, gnap ,zcap', 'ZCAP,GNAP,Bearer']) t.match(auth(text), all, text)
  t.strictSame(Object.keys(auth('gnap,bearer')), ['kind', 'gnap', 'bearer'])
  for (const wrong of ['zcap,none', 'none,none', 'zcap,zcap', 'zcap,', ',', 'zcap gnap', 'oauth', 'zcap;gnap']) {
    t.match(problemsOf({ KMS_AUTH_TYPE: wrong }), [/^KMS_AUTH_TYPE: must be some of zcap, gnap, bearer/], wrong)
  }
})

t.test('what does not go together between tokens and the rest', async t => {
  const cases: readonly [variables: Variables, problem: RegExp | undefined][] = [
    [{ ...introspected, KMS_BEARER_JWKS_URL: 'https://issuer.example/jwks' }, /^KMS_BEARER_JWKS_URL: .* not both/],
    [{ ...choices.gnap, KMS_KEYSTORE_ADMISSION: 'open' }, /^KMS_KEYSTORE_ADMISSION: is for the authentication zcap/],
    [
      { ...choices.jwt, ...choices.bearer, KMS_AUTH_TYPE: 'zcap,bearer' },
      /^KMS_KEYSTORE_ADMISSION: tokens of a file cannot be told/,
    ],
    [{ ...choices.gnap, ...choices.bearer, KMS_AUTH_TYPE: 'zcap,gnap' }, undefined],
    [{ ...choices.jwt, KMS_BEARER_ALGORITHMS: 'HS256' }, /^KMS_BEARER_ALGORITHMS: must be a list/],
    [{ ...choices.jwt, KMS_BEARER_ALGORITHMS: 'none' }, /^KMS_BEARER_ALGORITHMS: must be a list/],
    [{ ...choices.jwt, KMS_BEARER_JWKS_URL: 'http://issuer.example/jwks' }, /^KMS_BEARER_JWKS_URL: must be an https/],
    [{ ...choices.jwt, KMS_BEARER_ISSUER: 'issuer' }, /^KMS_BEARER_ISSUER: must be an http/],
    [{ ...choices.gnap, KMS_TOKEN_CACHE_TTL: '31s' }, /^KMS_TOKEN_CACHE_TTL: must be 30s at most/],
    [{ ...choices.gnap, KMS_TOKEN_ACCESS_TYPE: 'a b' }, /^KMS_TOKEN_ACCESS_TYPE: must be 1 to 256 visible/],
    [{ ...choices.gnap, KMS_USER_LOCK: 'shamir' }, /^KMS_USER_LOCK: shamir needs a server/],
    [{ ...choices.gnap, ...choices.shares, KMS_USER_LOCK: 'shamir' }, undefined],
    [{ ...choices.gnap, KMS_HOST: '0.0.0.0:80' }, /^KMS_BASE_URL: must be set on any address/],
  ]
  for (const [variables, problem] of cases) {
    t.match(problemsOf(variables), problem ? [problem] : [], JSON.stringify(variables))
    t.equal(problemsOf(variables).length, problem ? 1 : 0)
  }
  t.notOk('shares' in loadConfig(choices.gnap), 'a server that issues tokens need not hold shares')
})

t.test('requests without a signature are taken where they are meant to be', async t => {
  const disabled: Variables = { ...choices.gnap, KMS_GNAP_HTTPSIG_DISABLE: 'true' }
  const places: readonly Variables[] = [
    { KMS_HOST: '0.0.0.0:80', KMS_BASE_URL: 'https://kms.example' },
    { KMS_HOST: '0.0.0.0:80', KMS_BASE_URL: 'http://127.0.0.1' },
    { KMS_BASE_URL: 'https://kms.example' },
  ]
  for (const place of places) {
    t.match(problemsOf({ ...disabled, ...place }), [/^KMS_GNAP_HTTPSIG_DISABLE: is refused on any address/])
    t.strictSame(problemsOf({ ...disabled, ...place, KMS_GNAP_HTTPSIG_DISABLE_REMOTE: 'true' }), [])
  }
  t.strictSame(problemsOf({ ...disabled, KMS_BASE_URL: 'http://[::1]:8076' }), [])
})
