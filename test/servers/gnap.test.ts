import { createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { systemClock, systemRandom } from '@keyhold/adapters'
import { openHttpSecretShares } from '@keyhold/adapters/share-http'
import { SecretBytes, splitSecret } from '@keyhold/core'
import { startAuth } from '@keyhold/scripts/servers/auth.js'
import t from 'tap'
import { base64, pathOf } from '../support/build-app.ts'
import { GnapClient } from '../support/gnap-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { gnapSender, tokenApp } from '../support/token-app.ts'

const message = base64('hello')
const users = ['alice', 'bob']
const directory = await temporaryDirectory(t)
const token = 'secret-api-token'
const random = systemRandom()
const [own, held] = await splitSecret('gf256-11b', random(32), random)
const server = await startAuth({ directory, token, shares: new Map([['alice', held]]), issueTo: users })

if ('skip' in server) {
  t.test('tokens of TrustBloc’s auth server', { skip: server.skip }, async () => undefined)
} else {
  t.teardown(() => server.stop())

  t.test('tokens of TrustBloc’s auth server', async t => {
    const shares = await openHttpSecretShares({
      url: server.url,
      token: async () => new SecretBytes(Buffer.from(token)),
      timeout: 10_000,
      cache: { max: 10, ttl: 0 },
      clock: systemClock,
    })
    t.teardown(() => shares.close())
    const scene = await tokenApp(t, { url: server.url, clock: systemClock, ports: { shares } })
    const sender = async (user: string, tokenOf = user) => {
      const { keyFile = '' } = server.issued.get(user) ?? {}
      const client = new GnapClient(createPrivateKey(await readFile(keyFile)))
      return gnapSender(scene, client, server.issued.get(tokenOf)?.token ?? '')
    }
    const [alice, bob] = [await sender('alice'), await sender('bob')]
    const created = await alice('POST', '/v1/keystores', { controller: 'did:example:alice' })
    t.equal(created.status, 200, created.text)
    const keystore = pathOf(created.body.key_store_url)
    const key = pathOf((await alice('POST', `${keystore}/keys`, { key_type: 'ED25519' })).body.key_url)
    t.equal((await alice('POST', `${key}/sign`, { message })).status, 200)
    t.strictSame((await alice('GET', keystore)).body.owner, { iss: server.url, sub: 'alice' })
    t.equal(await server.introspections(200), 1, 'the server accepts our signature, and is asked once for a token')

    t.equal((await bob('POST', `${key}/sign`, { message })).status, 403, 'with the token of somebody else')
    const thief = await sender('bob', 'alice')
    t.equal(
      (await thief('POST', `${key}/sign`, { message })).status,
      401,
      'with the token of the owner and another key',
    )
    const madeUp = gnapSender(scene, new GnapClient(), 'made-up')
    t.equal((await madeUp('POST', `${key}/sign`, { message })).status, 401)
    t.equal(await server.introspections(401), 0)

    const share = { 'secret-share': base64(own) }
    const body = { controller: 'did:example:alice', lock: { type: 'shamir' } }
    const shared = await alice('POST', '/v1/keystores', body, share)
    t.equal(shared.status, 200, 'the server that issued the token knows the other share by its subject')
    const path = `${pathOf(shared.body.key_store_url)}/keys`
    t.equal((await alice('POST', path, { key_type: 'ED25519' }, share)).status, 200)
    t.equal((await alice('POST', path, { key_type: 'ED25519' })).status, 400)
    t.equal((await bob('POST', '/v1/keystores', body, share)).status, 403, 'and has none for another')

    await server.stop()
    t.equal((await alice('POST', `${key}/sign`, { message })).status, 200, 'what is known is known for a while')
    const unknown = await gnapSender(scene, new GnapClient(), 'another')('POST', `${key}/sign`, { message })
    t.strictSame([unknown.status, unknown.body.code], [503, 'AUTH_UNAVAILABLE'])
    t.equal(unknown.headers['retry-after'], '1')
  })
}
