import { InFlight } from '@keyhold/adapters/shared/in-flight.js'
import t from 'tap'

t.test('no more calls than the maximum are under way', async t => {
  const calls = new InFlight(2)
  const refuse = () => new Error('refused')
  const { promise, resolve } = deferred()
  const first = calls.run(() => promise, refuse)
  const failing = calls.run(async () => {
    await promise
    throw new Error('failed')
  }, refuse)
  await t.rejects(
    calls.run(async () => t.fail('begun'), refuse),
    { message: 'refused' },
  )
  resolve('done')
  t.equal(await first, 'done')
  await t.rejects(failing, { message: 'failed' })
  for (const answer of [1, 2, 3]) t.equal(await calls.run(async () => answer, refuse), answer, 'a place is free again')
})

function deferred() {
  let resolve: (value: string) => void = () => undefined
  const promise = new Promise<string>(settle => {
    resolve = settle
  })
  return { promise, resolve }
}
