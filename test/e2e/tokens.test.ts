import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Answer, base64, request } from '@keyhold/scripts/http-client.js'
import { runService, startService } from '@keyhold/scripts/service-process.js'
import t, { type Test } from 'tap'
import { FakeGnapServer, GnapClient, writeSigningKey } from '../support/gnap-server.ts'
import { FakeOAuthIssuer, makeJwt, newIssuerKey } from '../support/oauth-issuer.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { until } from '../support/until.ts'

const message = base64('hello')

/** The real process, and the servers whose tokens it takes. */
async function setUp(t: Test, settings: Readonly<Record<string, string>> = {}) {
  const directory = await temporaryDirectory(t)
  const signingKeyFile = join(directory, 'signing-key.pem')
  await writeSigningKey(signingKeyFile)
  const [gnap, oauth] = [new FakeGnapServer(), new FakeOAuthIssuer()]
  const [url, issuer] = [await gnap.listen(), await oauth.listen()]
  const service = await startService({
    directory,
    environment: {
      KMS_AUTH_TYPE: 'zcap,gnap,bearer',
      KMS_AUTH_SERVER_URL: url,
      KMS_GNAP_SIGNING_KEY: signingKeyFile,
      KMS_BEARER_ISSUER: issuer,
      KMS_BEARER_JWKS_URL: `${issuer}/jwks`,
      KMS_TOKEN_AUDIENCE: 'kms',
      ...settings,
    },
  })
  t.teardown(async () => {
    await service.stop()
    await gnap.stop()
    await oauth.stop()
  })
  return { gnap, oauth, url, issuer, service }
}

function sender(client: GnapClient, token: string) {
  return (method: string, url: string, body?: object) => {
    const payload = body && JSON.stringify(body)
    const bytes = payload && Buffer.from(payload)
    return request(method, url, payload, client.headers(token, method, url, bytes || undefined, Date.now()))
  }
}

t.test('tokens of both kinds, as the process is configured', async t => {
  const { gnap, oauth, url, issuer, service } = await setUp(t)
  const client = new GnapClient()
  const token = 'OS9M2PMHKUR64TB8N6BW7OZB8CDFONP219RP1LT0'
  gnap.tokens.set(token, { access: ['keyhold'], key: client.key, subject_data: { sub: 'alice' } })
  const alice = sender(client, token)
  const { body: created } = await alice('POST', `${service.url}/v1/keystores`, { controller: 'did:example:alice' })
  const { body: key } = await alice('POST', `${created.key_store_url}/keys`, { key_type: 'ED25519' })
  t.equal((await alice('POST', `${key.key_url}/sign`, { message })).status, 200)
  t.match((await alice('GET', created.key_store_url)).body, { owner: { iss: url, sub: 'alice' } })

  const issuerKey = newIssuerKey('one')
  oauth.keys = [issuerKey]
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: issuer,
    sub: 'alice',
    aud: 'kms',
    client_id: 'w',
    jti: '1',
    iat: now,
    exp: now + 600,
    scope: 'keyhold',
  }
  const headers = { authorization: `Bearer ${makeJwt(issuerKey, claims)}` }
  const body = { controller: 'did:example:alice' }
  t.equal((await request('POST', `${service.url}/v1/keystores`, body, headers)).status, 200)
  t.equal((await request('GET', created.key_store_url, undefined, headers)).status, 401, 'good for creating alone')
  t.match(service.output(), '"operation":"sign"', 'something was logged')
  for (const secret of [token, headers.authorization.slice(-20)]) t.notOk(service.output().includes(secret))
  t.notMatch(service.output(), /GNAP |Bearer /, 'no token is logged')
})

t.test('the auth server dies under load', async t => {
  const { gnap, url, service } = await setUp(t, { KMS_TOKEN_CACHE_TTL: '1s', KMS_AUTH_SERVER_TIMEOUT: '10s' })
  const client = new GnapClient()
  gnap.tokens.set('known', { access: ['keyhold'], key: client.key, subject_data: { sub: 'alice' } })
  const known = sender(client, 'known')
  const { body: created } = await known('POST', `${service.url}/v1/keystores`, { controller: 'a' })
  const { body: key } = await known('POST', `${created.key_store_url}/keys`, { key_type: 'ED25519' })

  const answers: { readonly at: number; readonly who: 'known' | 'new'; readonly answer: Answer }[] = []
  let isOver = false
  const load = async (who: 'known' | 'new') => {
    for (let i = 0; !isOver; i += 1) {
      const token = who === 'known' ? 'known' : `new-${i}-${Math.random()}`
      if (who === 'new')
        gnap.tokens.set(token, { access: ['keyhold'], key: client.key, subject_data: { sub: 'alice' } })
      const answer = await sender(client, token)('POST', `${key.key_url}/sign`, { message })
      answers.push({ at: Date.now(), who, answer })
    }
  }
  const running = Promise.all([load('known'), load('known'), load('new'), load('new')])
  const since = (from: number, who: 'known' | 'new', status: number) =>
    answers.filter(({ at, who: sender, answer }) => at >= from && sender === who && answer.status === status)
  await until(() => since(0, 'new', 200).length > 10)
  const died = Date.now()
  await gnap.stop()
  await until(() => since(died, 'known', 503).length > 10 && since(died, 'new', 503).length > 10)
  const lastKnown = since(died, 'known', 200).at(-1)?.at ?? died
  const back = Date.now()
  await gnap.listen(Number(new URL(url).port))
  await until(() => since(back, 'known', 200).length > 10 && since(back, 'new', 200).length > 10)
  const recovered = since(back, 'known', 200)[0]?.at ?? back
  isOver = true
  await running
  t.comment(
    `known tokens went on for ${lastKnown - died} ms, all was well again ${recovered - back} ms after the restart`,
  )
  t.comment(`${answers.length} answers, ${answers.filter(({ answer }) => answer.status === 503).length} of them 503`)
  const kinds = new Set(
    answers.map(({ answer: { status, headers, body } }) => `${status} ${headers.get('retry-after')} ${body.code}`),
  )
  t.strictSame([...kinds].toSorted(), ['200 null undefined', '503 1 AUTH_UNAVAILABLE'], 'nothing else is answered')
})

t.test('without its signing key the service does not start, and says so', async t => {
  const directory = await temporaryDirectory(t)
  const environment = {
    KMS_AUTH_TYPE: 'gnap',
    KMS_AUTH_SERVER_URL: 'http://127.0.0.1:9',
    KMS_GNAP_SIGNING_KEY: join(directory, 'key.pem'),
  }
  const missing = await runService({ directory, environment })
  t.match(missing, { code: 1, output: /key\.pem: the signing key cannot be read \(ENOENT\)/ })
  await writeFile(environment.KMS_GNAP_SIGNING_KEY, 'no key, but a secret')
  const wrong = await runService({ directory, environment })
  t.match(wrong, { code: 1, output: /key\.pem: holds no private key in PEM/ })
  t.notMatch(wrong.output, /but a secret|\n {4}at /)
  t.notOk(existsSync(join(directory, 'keyhold-data', 'data.mdb')), 'and no store was opened')
})
