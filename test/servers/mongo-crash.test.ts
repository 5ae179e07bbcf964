import { outcome } from '@keyhold/contract'
import type { KeyStorePort } from '@keyhold/core'
import { type Server, startMongo } from '@keyhold/scripts/servers/start.js'
import t from 'tap'
import { record } from '../support/embedded-store.ts'
import { databaseUrl, openMongo, withKillableMongo } from '../support/mongo.ts'
import { until } from '../support/until.ts'

const rounds = 10
const acknowledgedPerRound = 60
const writers = 8

await withKillableMongo(t, 'a server that is killed while it writes', {}, async (t, server, directory) => {
  const port = Number(new URL(server.url).port)
  const store = await openMongo(t, databaseUrl(server.url, 'kh_crash'), { callTimeout: 2000 })
  /** The last revision of each record that was acknowledged. */
  const acknowledged = new Map<string, number>()
  let running: Server = server
  t.teardown(() => running.stop())
  for (let round = 0; round < rounds; round += 1) {
    const enough = acknowledged.size + acknowledgedPerRound
    const writing = Array.from({ length: writers }, (_, i) => write(store, `${round} ${i}`, acknowledged))
    await until(() => acknowledged.size >= enough)
    running.process?.kill('SIGKILL')
    await Promise.all(writing)
    await running.stop()
    const again = await startMongo({ directory, port })
    if ('skip' in again) throw new Error(again.skip)
    running = again
    await until(async () => (await outcome(() => store.check())) === 'done')
    t.strictSame(await lost(store, acknowledged), [], `round ${round}: what was acknowledged is there`)
  }
})

/** Adds records and replaces each once, until a write is not acknowledged. */
async function write(store: KeyStorePort, name: string, acknowledged: Map<string, number>): Promise<void> {
  for (let i = 0; ; i += 1) {
    const id = `${name} ${i}`
    for (const revision of [1, 2]) {
      const change = record(revision, id, `${id} too`)
      const ended = await outcome(() => (revision === 1 ? store.add(change) : store.replace(change)))
      if (ended === 'STORE_UNAVAILABLE') return
      if (ended !== 'done') throw new Error(`a write of an own record ended in ${ended}`)
      acknowledged.set(id, revision)
    }
  }
}

/** A revision more may be there: what is not acknowledged may be written all the same. */
async function lost(store: KeyStorePort, acknowledged: ReadonlyMap<string, number>): Promise<string[]> {
  const wrong: string[] = []
  for (const [id, revision] of acknowledged) {
    const found = await store.find('keys', 'scope', `${id} too`)
    const isThere = found?.ids[0] === id && [revision, revision + 1].includes(found.revision)
    const isWhole = isThere && Buffer.compare(found.body, record(found.revision, id).body) === 0
    if (!isWhole) wrong.push(id)
  }
  return wrong
}
