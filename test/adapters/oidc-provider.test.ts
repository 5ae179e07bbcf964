import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { systemClock } from '@keyhold/adapters'
import { openOAuthTokens } from '@keyhold/adapters/token-oauth'
import Provider from 'oidc-provider'
import t, { type Test } from 'tap'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const [audience, other] = ['https://kms.example', 'https://other.example']
const secret = 'a-secret/with+more:%'

/** A certified implementation of an issuer, that gives Alice's wallet tokens. */
async function startProvider(t: Test, accessTokenFormat: 'jwt' | 'opaque') {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const resourceServer = (resource: string) => {
    return { scope: 'keyhold keyhold:sign', audience: resource, accessTokenTTL: 60, accessTokenFormat }
  }
  const client = { grant_types: [], redirect_uris: [], response_types: [] }
  const provider = new Provider(issuer, {
    clients: [
      { ...client, client_id: 'wallet', client_secret: 'wallet', grant_types: ['client_credentials'] },
      { ...client, client_id: 'key hold', client_secret: secret },
    ],
    findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    ttl: { ClientCredentials: 60, AccessToken: 60, Grant: 60 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, resource: string) => resourceServer(resource),
      },
    },
  })
  server.on('request', provider.callback())

  /** A token as it comes of a consent, which takes a browser. */
  async function issue(accountId: string, resource: string, scope: string) {
    const grant = new provider.Grant({ clientId: 'wallet', accountId })
    grant.addResourceScope(resource, scope)
    const token = new provider.AccessToken({
      accountId,
      client: await provider.Client.find('wallet'),
      grantId: await grant.save(),
      gty: 'authorization_code',
      resourceServer: new provider.ResourceServer(resource, resourceServer(resource)),
      scope,
    })
    return { text: await token.save(), revoke: () => token.destroy() }
  }

  /** Of the client itself, over HTTP. */
  async function issueToClient(resource: string): Promise<string> {
    const body = new URLSearchParams({ grant_type: 'client_credentials', resource, scope: 'keyhold' })
    const headers = { authorization: `Basic ${btoa('wallet:wallet')}` }
    const answer = await fetch(`${issuer}/token`, { method: 'POST', headers, body })
    return ((await answer.json()) as { access_token: string }).access_token
  }
  return { issuer, issue, issueToClient }
}

const common = { audience, type: 'keyhold', clockSkew: 30_000, timeout: 10_000, clock: systemClock }

t.test('JWTs of a real issuer', async t => {
  const { issuer, issue, issueToClient } = await startProvider(t, 'jwt')
  const tokens = await openOAuthTokens({ ...common, issuer, jwksUrl: `${issuer}/jwks`, algorithms: ['RS256'] })
  t.teardown(() => tokens.close())
  const { text } = await issue('alice', audience, 'keyhold:sign')
  const rights = [{ actions: ['sign'] }]
  t.match(await tokens.introspect(text), { owner: { issuer, subject: 'alice' }, rights })
  t.equal(await tokens.introspect((await issue('alice', other, 'keyhold')).text), undefined, 'for another')
  const client = await tokens.introspect(await issueToClient(audience))
  t.match(client, { owner: { issuer, subject: 'wallet' }, rights: [{}] }, 'a client is a subject of its own')
  const es = await openOAuthTokens({ ...common, issuer, jwksUrl: `${issuer}/jwks`, algorithms: ['ES256'] })
  t.teardown(() => es.close())
  t.equal(await es.introspect(text), undefined, 'by an algorithm that is not taken')
})

t.test('tokens of a real issuer that are introspected', async t => {
  const { issuer, issue, issueToClient } = await startProvider(t, 'opaque')
  const clientSecretFile = join(await temporaryDirectory(t), 'secret')
  await writeFile(clientSecretFile, secret)
  const options = { ...common, issuer, introspectionUrl: `${issuer}/token/introspection`, clientId: 'key hold' }
  const tokens = await openOAuthTokens({ ...options, clientSecretFile })
  t.teardown(() => tokens.close())
  const { text, revoke } = await issue('alice', audience, 'keyhold')
  t.match(await tokens.introspect(text), { owner: { issuer, subject: 'alice' }, rights: [{}] })
  t.equal(await tokens.introspect((await issue('alice', other, 'keyhold')).text), undefined, 'for another')
  t.equal(await tokens.introspect(await issueToClient(audience)), undefined, 'a client has no subject there')
  t.equal(await tokens.introspect(`${text}x`), undefined)
  await revoke()
  t.equal(await tokens.introspect(text), undefined, 'revoked')
})
