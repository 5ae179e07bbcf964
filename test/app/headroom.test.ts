import { FixedClock } from '@keyhold/adapters'
import { Headroom } from '@keyhold/app/headroom.js'
import t, { type Test } from 'tap'
import { buildApp } from '../support/build-app.ts'
import { recordingLog } from '../support/recording-log.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

function watched(t: Test, free: { bytes: number }) {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const { log, entries } = recordingLog()
  const freeBytes = async () => free.bytes
  const headroom = new Headroom({ directory: '/', least: 100, clock, log, freeBytes })
  t.teardown(() => headroom.stop())
  return { headroom, clock, levels: () => entries.splice(0).map(({ level }) => level) }
}

t.test('somebody is told before a disk is full, and again every ten minutes', async t => {
  const free = { bytes: 100 }
  const { headroom, clock, levels } = watched(t, free)
  t.strictSame(headroom.findings(), {}, 'nobody has looked')
  await headroom.look()
  t.match(headroom.findings(), { disk: { state: 'ok' } })
  t.strictSame(levels(), [])
  free.bytes = 99
  await headroom.look()
  t.match(headroom.findings(), { disk: { state: 'low' } })
  t.equal(headroom.free, 99)
  t.strictSame(levels(), ['error'])
  await headroom.look()
  clock.advance(599_999)
  await headroom.look()
  t.strictSame(levels(), [], 'not every time')
  clock.advance(1)
  await headroom.look()
  t.strictSame(levels(), ['error'])
  free.bytes = 100
  await headroom.look()
  t.match(headroom.findings(), { disk: { state: 'ok' } })
  t.strictSame(levels(), ['info'])
})

t.test('of a real directory; of one that is away nothing new is known', async t => {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const { log, entries } = recordingLog()
  const open = (directory: string) => {
    const headroom = new Headroom({ directory, least: 1, clock, log })
    t.teardown(() => headroom.stop())
    return headroom
  }
  const there = open(await temporaryDirectory(t))
  await there.look()
  t.ok((there.free ?? 0) > 0)
  const away = open('/nowhere/at/all')
  await away.look()
  t.strictSame(away.findings(), {})
  t.match(entries, [{ level: 'error', args: [{ err: { code: 'ENOENT' } }] }])
})

t.test('/health/ready tells it, and is ready all the same', async t => {
  const app = await buildApp(t, { peers: () => ({ disk: { state: 'low', at: 0 } }) })
  t.match(await app.send({ method: 'GET', path: '/health/ready' }), {
    status: 200,
    body: { status: 'ok', checks: { disk: { state: 'low', age: 0 } } },
  })
})
