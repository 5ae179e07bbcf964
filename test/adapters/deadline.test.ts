import { DeadlineError, untilAborted, withDeadline } from '@keyhold/adapters/shared/deadline.js'
import t from 'tap'

const never = () => new Promise<never>(() => undefined)

t.test('a call in time answers or throws as ever', async t => {
  t.equal(await withDeadline(10_000, async () => 1), 1)
  await t.rejects(
    withDeadline(10_000, async () => Promise.reject(new RangeError('x'))),
    RangeError,
  )
})

t.test('a call that is late gets a signal, and is not waited for', async t => {
  let heard: AbortSignal | undefined
  const late = withDeadline(20, signal => {
    heard = signal
    return never()
  })
  await t.rejects(late, DeadlineError)
  t.ok(heard?.aborted)
})

t.test('a signal that is aborted already keeps the call from being made', async t => {
  let calls = 0
  const reason = new RangeError('x')
  await t.rejects(
    untilAborted(AbortSignal.abort(reason), async () => calls++),
    reason,
  )
  t.equal(calls, 0)
})

t.test('a signal that aborts ends the wait with its reason', async t => {
  const controller = new AbortController()
  const call = untilAborted(controller.signal, never)
  controller.abort(new RangeError('x'))
  await t.rejects(call, RangeError)
})
