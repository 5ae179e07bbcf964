import { DeadlineError, withDeadline } from '@keyhold/adapters/shared/deadline.js'
import t from 'tap'

await t.test('a call in time ends as it ends', async t => {
  t.equal(await withDeadline(60_000, async () => 'answer'), 'answer')
  await t.rejects(
    withDeadline(60_000, () => Promise.reject(new Error('failed'))),
    { message: 'failed' },
  )
})

await t.test('the signal aborts at the deadline, and not before', async t => {
  let seen: AbortSignal | undefined
  const heeding = (signal: AbortSignal) => {
    seen = signal
    t.notOk(signal.aborted)
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  await t.rejects(withDeadline(10, heeding), DeadlineError)
  t.ok(seen?.aborted)
})

await t.test('a call that is deaf to the signal is not waited for, nor what it comes to later', async t => {
  let fail: (error: Error) => void = () => {}
  const deaf = new Promise((_, reject) => {
    fail = reject
  })
  await t.rejects(
    withDeadline(10, () => deaf),
    DeadlineError,
  )
  // An unhandled rejection would end the process.
  fail(new Error('late'))
  await new Promise(resolve => setImmediate(resolve))
  t.pass()
})
