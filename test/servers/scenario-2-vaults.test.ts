import { createServer } from 'node:net'
import { Wallet } from '@keyhold/scripts/demo-edv/wallet.js'
import { base64, call, request } from '@keyhold/scripts/http-client.js'
import { listen } from '@keyhold/scripts/servers/http-relay.js'
import { startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { newSigner } from '../support/edv-wallet.ts'
import { at } from '../support/recorded-servers.ts'
import { until } from '../support/until.ts'
import {
  aliceOf,
  changesOf,
  delegated,
  newKeystore,
  offeredVault,
  refusalOf,
  testUserService,
  withUserServers,
} from '../support/user-servers.ts'

const message = base64('message')
const creation = { key_type: 'ED25519' }
const refused = [403, 'VAULT_REFUSED']

await withUserServers(t, 'vaults that cannot be used', async (t, servers) => {
  const { record, vaults, shares, secrets } = servers
  const headers = aliceOf(servers)
  const debug = { KMS_LOG_LEVEL: 'debug' }

  t.test('a capability that expires is replaced by another one, on instances that have the vault open too', async t => {
    const service = await testUserService(t, servers, { ...debug, KMS_AUTH_TYPE: 'zcap' })
    const other = await startService({ directory: service.directory, environment: service.environment })
    t.teardown(() => other.stop())
    const alice = await Wallet.create('alice', secrets.alice.own)
    const { did } = (await alice.send('POST', `${service.url}/v1/keystores/did`)).body
    const { wallet, edv } = await offeredVault(servers, service.url, did)
    const { body: created } = await alice.send('POST', `${service.url}/v1/keystores`, {
      controller: alice.signer.didUrl,
      edv,
    })
    const keystore: string = created.key_store_url
    await alice.take(created.capability)
    let sent = 0
    const createKey = (url = keystore) => {
      sent += 1
      // Two that are the same to the byte would be a replay, should the second one be slow.
      return alice.send('POST', `${url}/keys`, { ...creation, sent }, 'createKey')
    }
    const rebind = (capability: string) => alice.send('POST', `${keystore}/edv`, { capability }, 'updateEDVCapability')
    const outcomeOf = async (asking: ReturnType<typeof createKey>) => {
      const { status, body } = await asking
      return status === 200 ? [200] : [status, body.code]
    }
    const { key_url } = (await createKey()).body
    t.strictSame(await outcomeOf(createKey(at(other, keystore))), [200], 'both instances have the vault open')

    const endsAfter = (duration: number) =>
      delegated(wallet, did, { capability: { caveats: [{ type: 'expiry', duration }] } })
    // It is tried, so it must still be good when it arrives, however slow that is.
    let seconds = 1
    while ((await rebind(await endsAfter(seconds))).status !== 200) seconds *= 2
    await until(async () => (await createKey()).body.code === refused[1])
    const before = await changesOf(service)
    const from = record.now
    t.strictSame(await outcomeOf(createKey()), refused)
    t.strictSame(await outcomeOf(createKey(at(other, keystore))), refused, 'on the other instance')
    const rotation = alice.send('POST', `${key_url}/rotate`, creation, 'rotateKey')
    t.strictSame(await outcomeOf(rotation), refused, 'a rotation')
    const statuses = record.since(from).filter(({ callee, event }) => callee === 'vault' && event === 'answered')
    t.strictSame(new Set(statuses.map(({ outcome }) => outcome)), new Set(['400']), 'the vault has said so')
    t.strictSame(await changesOf(service), before, 'nothing was stored')

    const past = { created: new Date(Date.now() - 60_000).toISOString() }
    const expired = { capability: { caveats: [{ type: 'expiry', duration: 1 }] }, proof: past }
    t.strictSame(await outcomeOf(rebind(await delegated(wallet, did, expired))), refused, 'one that has expired')
    const foreign = await delegated(wallet, (await newSigner(6)).didUrl)
    t.strictSame(await outcomeOf(rebind(foreign)), [400, 'INVALID_REQUEST'], 'one for somebody else')
    t.strictSame(await changesOf(service), before, 'the keystore is as it was')

    t.strictSame(await outcomeOf(rebind(await delegated(wallet, did))), [200])
    t.strictSame(await outcomeOf(createKey()), [200], 'the instance that was told')
    t.strictSame(await outcomeOf(createKey(at(other, keystore))), [200], 'and the one that was not')
    const signing = (url: string) => alice.send('POST', `${url}/sign`, { message }, 'sign')
    t.strictSame(await outcomeOf(signing(key_url)), [200], 'a key from before')
    t.strictSame(await outcomeOf(signing(at(other, key_url))), [200])
  })

  t.test('a keystore is not created where its vault, or the other share, cannot be had', async t => {
    const service = await testUserService(t, servers, debug)
    const { edv } = await offeredVault(servers, service.url)
    const create = () => refusalOf('POST', `${service.url}/v1/keystores`, { controller: 'alice', edv }, headers)
    const before = await changesOf(service)
    const failing = [
      ['the auth server', shares.proxy.valve, [503, 'SHARE_UNAVAILABLE']],
      ['the vault', vaults.proxy.valve, [502, 'VAULT_UNAVAILABLE']],
    ] as const
    for (const [name, valve, refusal] of failing) {
      valve.cut()
      t.strictSame(await create(), refusal, `${name} is away`)
      valve.resume()
    }
    t.strictSame(await changesOf(service), before, 'nothing was stored')
    const keystore = await newKeystore(service.url, headers, edv)

    const created = await changesOf(service)
    vaults.proxy.valve.cut()
    const createKey = () => refusalOf('POST', `${keystore}/keys`, creation, headers)
    t.strictSame(await createKey(), [502, 'VAULT_UNAVAILABLE'], 'a key, while the vault is away')
    vaults.proxy.valve.resume()
    t.strictSame(await changesOf(service), created)
    t.strictSame(await createKey(), [200, undefined])
  })

  t.test('nothing is connected to that is not allowed to be a vault', async t => {
    let connections = 0
    const server = createServer(socket => {
      connections += 1
      socket.destroy()
    })
    const port = await listen(server)
    t.teardown(() => new Promise(resolve => server.close(resolve)))
    const service = await testUserService(t, servers, debug)
    const { edv } = await offeredVault(servers, service.url)
    const before = await changesOf(service)
    const path = new URL(edv.vault_url).pathname
    const origins = [
      `http://127.0.0.1:${port}`,
      `https://127.0.0.1:${port}`,
      `http://localhost:${port}`,
      `http://[::1]:${port}`,
      `http://[::ffff:127.0.0.1]:${port}`,
      `http://2130706433:${port}`,
      `http://alice@127.0.0.1:${port}`,
    ]
    for (const origin of origins) {
      const body = { controller: 'alice', edv: { ...edv, vault_url: `${origin}${path}` } }
      const refusal = await refusalOf('POST', `${service.url}/v1/keystores`, body, headers)
      t.strictSame(refusal, [400, 'INVALID_REQUEST'], origin)
    }
    t.equal(connections, 0)
    t.strictSame(await changesOf(service), before, 'nothing was stored')
    await request('GET', `http://127.0.0.1:${port}/`).catch(() => undefined)
    t.not(connections, 0, 'a connection would have been counted')
  })

  t.test('a capability that is not for this server is refused before the vault is asked', async t => {
    const service = await testUserService(t, servers, debug)
    const { wallet, edv, did } = await offeredVault(servers, service.url)
    const before = await changesOf(service)
    const from = record.now
    const foreign = await delegated(wallet, (await newSigner(6)).didUrl)
    for (const [name, capability] of Object.entries({
      'for somebody else': foreign,
      'no JSON': base64('{'),
      nothing: base64(''),
    })) {
      const body = { controller: 'alice', edv: { ...edv, capability } }
      const refusal = await refusalOf('POST', `${service.url}/v1/keystores`, body, headers)
      t.strictSame(refusal, [400, 'INVALID_REQUEST'], name)
    }
    t.strictSame(
      record.since(from).filter(({ callee }) => callee === 'vault'),
      [],
    )
    const toRead = await delegated(wallet, did, { capability: { allowedAction: ['write'] } })
    const body = { controller: 'alice', edv: { ...edv, capability: toRead } }
    const refusal = await refusalOf('POST', `${service.url}/v1/keystores`, body, headers)
    t.strictSame(refusal, refused, 'one that does not let it read is tried')
    t.strictSame(await changesOf(service), before, 'nothing was stored')
    t.ok((await call('POST', `${service.url}/v1/keystores`, { controller: 'alice', edv }, headers)).key_store_url)
  })
})
