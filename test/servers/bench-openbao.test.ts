import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Bench, once } from '@keyhold/scripts/bench/bench.js'
import { startMeasuredOpenbao } from '@keyhold/scripts/bench/openbao-server.js'
import { measurePeer } from '@keyhold/scripts/bench/peers.js'
import t from 'tap'

const directory = await mkdtemp(join(tmpdir(), 'keyhold-bench-openbao-'))
t.teardown(() => rm(directory, { recursive: true }))
const server = await startMeasuredOpenbao(directory)
const skip = 'skip' in server && server.skip

await t.test('OpenBao is measured, with a small token and its audit log on', { skip }, async t => {
  if ('skip' in server) return
  t.teardown(() => server.stop())
  const bench = await Bench.open(once, 1)
  t.teardown(() => bench.close())
  const measured = new Set<string>()
  const peer = { name: 'openbao', url: server.url, token: server.token }
  for await (const row of measurePeer(bench, peer, ['openssl'])) {
    measured.add(`${row.operation} ${row.keyType}`)
    t.equal(row.of, 'cpu', 'its process was found')
    const figures = [row.theirs.value, row.ours.value, row.ratio.value, row.ratioOfMeans.value]
    t.ok(
      figures.every(figure => Number.isFinite(figure) && figure > 0),
      `${figures}`,
    )
  }
  t.strictSame([...measured], ['sign ED25519', 'sign ECDSAP256DER', 'encrypt AES256GCM', 'computemac HMACSHA256Tag256'])
  const log = await readFile(join(directory, 'audit.log'), 'utf8')
  for (const path of ['sign/bench-ed25519', 'hmac/bench-aes256-gcm96/sha2-256'])
    t.match(log, `"path":"transit/${path}"`)
  const headers = { 'x-vault-token': server.token }
  const { status } = await fetch(`${server.url}/v1/transit/keys/bench-ed25519`, { headers })
  t.equal(status, 403, 'the token may do nothing else')
})
