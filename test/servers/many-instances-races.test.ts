import { systemRandom } from '@keyhold/adapters'
import { base64, call, request } from '@keyhold/scripts/http-client.js'
import t from 'tap'
import { foreignSignatureKey, foreignVerify } from '../support/foreign-key.ts'
import { at, knownFor, testInstances, withRecordedServers } from '../support/recorded-servers.ts'

const key_type = 'ED25519'

await withRecordedServers(t, 'two instances on one database', async (t, servers) => {
  for (const duration of ['0', '100ms']) {
    t.test(
      `while one rotates the other signs, with what it knows for ${duration}: each time with one version`,
      async t => {
        const { a, b } = await testInstances(t, servers, knownFor(duration))
        const { key_store_url } = await call('POST', `${a.url}/v1/keystores`, { controller: 'alice' })
        const { key_url, public_key } = await call('POST', `${at(a, key_store_url)}/keys`, { key_type })
        const versions = [public_key as string]
        const signatures: { message: string; signature: string; from: number }[] = []
        let rotating = true
        const signer = async () => {
          while (rotating) {
            const text = base64(systemRandom()(16))
            const from = versions.length
            const { signature } = await call('POST', `${at(b, key_url)}/sign`, { message: text })
            signatures.push({ message: text, signature, from })
          }
        }
        const signers = [signer(), signer()]
        for (let rotation = 1; rotation <= 50; rotation += 1) {
          const rotated = await call('POST', `${at(a, key_url)}/rotate`, { key_type })
          versions.push((await call('GET', `${at(a, rotated.key_url)}/export`)).public_key)
        }
        rotating = false
        await Promise.all(signers)

        const signed = signatures.map(({ message: text, signature, from }) => {
          const [bytes, signatureBytes] = [Buffer.from(text, 'base64'), Buffer.from(signature, 'base64')]
          const isBy = (version: string) =>
            foreignVerify(key_type, Buffer.from(version, 'base64'), bytes, signatureBytes)
          return { by: versions.flatMap((version, index) => (isBy(version) ? [index + 1] : [])), from }
        })
        t.strictSame(
          signed.filter(({ by }) => by.length !== 1),
          [],
          'each is the signature of exactly one version',
        )
        const tooOld = signed.filter(({ by: [number = 0], from }) => number < from)
        if (duration === '0') t.strictSame(tooOld, [], 'and of none that was old already when it was asked for')
        const seen = new Set(signed.flatMap(({ by }) => by))
        t.equal(new Set(versions).size, 51)
        t.comment(`${signatures.length} signatures of ${seen.size} versions`)
        t.ok(seen.size > 1, 'several versions have signed')
        for (const { message: text, signature } of signatures.slice(-20)) {
          const answer = await request('POST', `${at(a, key_url)}/verify`, { message: text, signature })
          t.equal(answer.status, 200, 'the service says so too')
        }
      },
    )
  }

  t.test('of imports of one id at both at once one wins, and its key is the one that is kept', async t => {
    const { a, b } = await testInstances(t, servers)
    const { key_store_url } = await call('POST', `${a.url}/v1/keystores`, { controller: 'alice' })
    const keys = Array.from({ length: 64 }, () => foreignSignatureKey(key_type))
    const answers = await Promise.all(
      keys.map(({ pkcs8 }, index) => {
        const body = { key_type, key: base64(pkcs8), key_id: 'one' }
        return request('PUT', `${at(index % 2 === 0 ? a : b, key_store_url)}/keys`, body)
      }),
    )
    const statuses = answers.map(({ status }) => status)
    t.strictSame([...statuses].sort(), [200, ...Array.from({ length: 63 }, () => 409)])
    const winner = keys[statuses.indexOf(200)]
    const text = Buffer.from('message')
    for (const instance of [a, b]) {
      const key = `${at(instance, key_store_url)}/keys/one`
      t.equal((await call('GET', `${key}/export`)).public_key, winner?.publicKey.toString('base64'))
      const { signature } = await call('POST', `${key}/sign`, { message: base64(text) })
      t.equal(signature, winner?.sign(text).toString('base64'), 'and it is the key that signs')
    }
  })
})
