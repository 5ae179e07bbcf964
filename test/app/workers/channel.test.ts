import { mock } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Channel, type Handlers } from '@keyhold/app/workers/channel.js'
import t from 'tap'
import { linked } from '../../support/linked-channels.ts'

t.test('what is asked is answered, whoever asks', async t => {
  const { worker, primary } = linked(
    { metrics: async () => [] },
    {
      lease: ({ key, count }) => ({ count, remaining: key.length, wait: 5 }),
      replay: async ({ name }) => name === 'seen',
    },
  )
  const lease = { limit: 'address', key: 'abc', count: 2, unspent: 0 } as const
  t.strictSame(await worker.ask('lease', lease), { count: 2, remaining: 3, wait: 5 })
  t.equal(await worker.ask('replay', { window: 1, name: 'seen' }), true)
  t.equal(await worker.ask('replay', { window: 1, name: 'other' }), false)
  t.strictSame(await primary.ask('metrics', null), [])
})

t.test('what is told in one turn goes out as one message, in its order', async t => {
  const told: string[] = []
  const { worker, sent } = linked({}, { unspent: ({ key }) => void told.push(key) })
  for (const key of ['a', 'b', 'c']) worker.tell('unspent', { limit: 'address', key, count: 1 })
  t.equal(sent.length, 0)
  await nextTurn()
  t.equal(sent.length, 1)
  t.strictSame(told, ['a', 'b', 'c'])
})

t.test('where the other side fails, does not answer or is gone, whoever asks learns it', async t => {
  const failing: Handlers = {
    replay: () => {
      throw new Error('secret reasons')
    },
  }
  const { worker } = linked({}, failing)
  const refusal = { code: 'OVERLOADED' }
  await t.rejects(worker.ask('replay', { window: 1, name: 'x' }), refusal)

  const silent = new Channel({ send: () => undefined, listen: () => undefined }, {})
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const late = silent.ask('replay', { window: 1, name: 'x' })
  mock.timers.tick(5000)
  await t.rejects(late, refusal)

  const open = silent.ask('replay', { window: 1, name: 'x' })
  silent.close()
  await t.rejects(open, refusal)
})
