import { ComputationThreads, FixedClock } from '@keyhold/adapters'
import { type ComputationPort, inThisThread } from '@keyhold/core'
import t from 'tap'
import { base64, buildApp, type Request } from '../../support/build-app.ts'
import { errorOf, refusals } from '../../support/refusals.ts'

const signMulti = (keyPath: string, count = 2): Request => ({
  method: 'POST',
  path: `${keyPath}/signmulti`,
  body: { messages: Array(count).fill(base64('message')) },
})

/** Jobs that wait for each other until so many have come: then they come at once, and none is done before the last. */
function inStep(computation: ComputationPort, count: number): ComputationPort {
  let come = 0
  let begin = () => {}
  const begun = new Promise<void>(resolve => (begin = resolve))
  return {
    async run(job) {
      // A key is made, before there is anything to come.
      if (job.operation === 'publicKey') return computation.run(job)
      come += 1
      if (come === count) begin()
      await begun
      return computation.run(job)
    },
    close: () => computation.close(),
  }
}

t.test('a flood is answered: what is too much with 503, and everything else is done', async t => {
  const computation = new ComputationThreads({ threads: 1, maximumWaiting: 2, timeout: 120_000 })
  t.teardown(() => computation.close())
  const app = await buildApp(t, { ports: { computation: inStep(computation, 9) } })
  const keyPath = await app.key('BLS12381G2')
  const other = await app.key('ED25519')
  const flood = Promise.all(Array.from({ length: 9 }, () => app.send(signMulti(keyPath))))
  const sign: Request = { method: 'POST', path: `${other}/sign`, body: { message: '' } }
  t.equal((await app.send(sign)).status, 200, 'other keys sign meanwhile')
  const replies = await flood
  const refused = replies.filter(({ status }) => status !== 200)
  t.equal(refused.length, 9 - 1 - 2)
  for (const reply of refused) {
    t.strictSame([reply.status, errorOf(reply), reply.headers['retry-after']], [503, 'OVERLOADED', '1'])
  }
  for (const { body } of replies.filter(({ status }) => status === 200)) {
    const messages = Array(2).fill(base64('message'))
    const verify: Request = { method: 'POST', path: `${keyPath}/verifymulti`, body: { messages, ...body } }
    t.equal((await app.send(verify)).status, 200)
  }
})

t.test('what is under way while the server closes is finished', async t => {
  const computation = new ComputationThreads({ threads: 1, timeout: 120_000 })
  t.teardown(() => computation.close())
  const app = await buildApp(t, { ports: { computation } })
  const keyPath = await app.key('BLS12381G2')
  const url = await app.server.listen({ host: '127.0.0.1', port: 0 })
  const { method, path, body } = signMulti(keyPath)
  let reached = () => {}
  const begun = new Promise<void>(resolve => (reached = resolve))
  app.server.server.once('request', reached)
  const headers = { 'content-type': 'application/json' }
  const reply = fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) })
  await begun
  await app.server.close()
  const answered = await reply
  t.equal(answered.status, 200)
  t.match(await answered.json(), { signature: String })
})

t.test('versions are tried for so long, not for as long as there are any', async t => {
  const clock = new FixedClock('2024-02-29T12:30:00Z')
  let tried = 0
  const slow: ComputationPort = {
    async run(job) {
      // A key is made.
      if (job.operation === 'publicKey') return inThisThread.run(job)
      tried += 1
      clock.advance(12_000)
      return undefined
    },
    async close() {},
  }
  const app = await buildApp(t, { ports: { computation: slow, clock } })
  const keyPath = await app.key('BLS12381G2')
  for (let version = 2; version <= 5; version += 1) {
    await app.send({ method: 'POST', path: `${keyPath}/rotate`, body: { key_type: 'BLS12381G2' } })
  }
  const verify: Request = { method: 'POST', path: `${keyPath}/verifymulti`, body: { messages: [''], signature: '' } }
  await refusals(t, app, [['five versions', verify, 503, 'OVERLOADED']])
  t.equal(tried, 3)
})
