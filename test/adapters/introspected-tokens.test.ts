import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FixedClock } from '@keyhold/adapters'
import { openOAuthTokens } from '@keyhold/adapters/token-oauth'
import { accessTokenContract, outcome } from '@keyhold/contract'
import type { AccessToken } from '@keyhold/core'
import t, { type Test } from 'tap'
import { type Claims, FakeOAuthIssuer } from '../support/oauth-issuer.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const audience = 'https://kms.example'
const issuer = new FakeOAuthIssuer()
const url = await issuer.listen()
t.teardown(() => issuer.stop())

async function open(t: Test, secret = 'secret\n', clientId = 'keyhold') {
  const clientSecretFile = join(await temporaryDirectory(t), 'secret')
  await writeFile(clientSecretFile, secret)
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const tokens = await openOAuthTokens({
    issuer: url,
    audience,
    type: 'keyhold',
    clockSkew: 30_000,
    timeout: 10_000,
    clock,
    introspectionUrl: `${url}/introspect`,
    clientId,
    clientSecretFile,
  })
  t.teardown(() => tokens.close())
  return { tokens, clock, clientSecretFile }
}

/** As the issuer would say it. */
function answerOf({ owner, rights, expires }: AccessToken): Claims {
  const authorization_details = rights.map(right => ({ type: 'keyhold', ...right }))
  return {
    aud: audience,
    exp: expires / 1000,
    authorization_details,
    ...('subject' in owner && { sub: owner.subject }),
  }
}

await accessTokenContract(
  t,
  url,
  async (t, known) => {
    issuer.tokens.clear()
    for (const [token, expected] of known) issuer.tokens.set(token, answerOf(expected))
    return (await open(t)).tokens
  },
  { keys: false },
)

t.test('what an answer makes of a token', async t => {
  const { tokens, clock } = await open(t)
  const now = clock.now() / 1000
  const active = { sub: 'alice', aud: audience, scope: 'keyhold' }
  const alice = { owner: { issuer: url, subject: 'alice' }, rights: [{}], expires: Number.POSITIVE_INFINITY }
  const { sub: _sub, ...nobodys } = active
  const { aud: _aud, ...anywhere } = active
  const cases: readonly [name: string, answer: Claims, expected: AccessToken | undefined][] = [
    ['plain', active, alice],
    [
      'with all that may be there',
      { ...active, iss: url, token_type: 'Bearer', client_id: 'w', exp: now + 9 },
      { ...alice, expires: (now + 9) * 1000 },
    ],
    ['inactive', { ...active, active: false }, undefined],
    ['of another issuer', { ...active, iss: `${url}/` }, undefined],
    ['of an issuer that is none', { ...active, iss: null }, undefined],
    ['for several', { ...active, aud: ['x', audience] }, alice],
    ['for another', { ...active, aud: 'https://other.example' }, undefined],
    ['for somewhere below', { ...active, aud: `${audience}/` }, undefined],
    ['for anybody', anywhere, undefined],
    ['of nobody', nobodys, undefined],
    ['of a client that is no subject', { ...nobodys, client_id: 'alice' }, undefined],
    ['expired', { ...active, exp: now }, undefined],
    ['not yet', { ...active, nbf: now + 31 }, undefined],
    [
      'scopes',
      { ...active, scope: 'openid keyhold:sign keyhold:verify' },
      { ...alice, rights: [{ actions: ['sign'] }, { actions: ['verify'] }] },
    ],
    ['scopes as a list', { ...active, scope: ['keyhold'] }, { ...alice, rights: [] }],
    ['no scope', { ...active, scope: undefined }, { ...alice, rights: [] }],
    ['a refresh token', { ...active, token_type: 'refresh_token' }, undefined],
    ['bound to a key by DPoP', { ...active, token_type: 'DPoP' }, undefined],
    ['bound to a key', { ...active, cnf: { jkt: 'x' } }, undefined],
    ['bound to a certificate', { ...active, cnf: { 'x5t#S256': 'x' } }, undefined],
  ]
  for (const [name, answer, expected] of cases) {
    issuer.tokens.set('token', answer)
    t.strictSame(await tokens.introspect('token'), expected, name)
  }
})

t.test('what is no answer lets nobody in', async t => {
  issuer.tokens.set('token', { sub: 'alice', aud: audience })
  const texts = ['', 'true', '[]', '{}', '{"active":"true"}', '{"active":true', '<html>', 'a'.repeat(10_000_000)]
  for (const text of texts) {
    const { tokens } = await open(t)
    issuer.fault = (_request, response) => void response.writeHead(200).end(text)
    t.equal(await outcome(() => tokens.introspect('token')), 'AUTH_UNAVAILABLE', text.slice(0, 20))
    issuer.fault = undefined
    t.ok(await tokens.introspect('token'))
  }
})

t.test('the secret of the client is read for each call, and encoded', async t => {
  issuer.tokens.set('token', { sub: 'alice', aud: audience })
  const { tokens, clientSecretFile } = await open(t, 'secret')
  t.ok(await tokens.introspect('token'))
  issuer.credentials = 'keyhold:other%2F%2B%25%3A'
  t.equal(await outcome(() => tokens.introspect('token')), 'AUTH_UNAVAILABLE', 'a refusal is nobody’s token')
  await writeFile(clientSecretFile, 'other/+%:\n')
  t.ok(await tokens.introspect('token'))
  await rm(clientSecretFile)
  t.equal(await outcome(() => tokens.introspect('token')), 'AUTH_UNAVAILABLE')
  issuer.credentials = 'keyhold:secret'
})
