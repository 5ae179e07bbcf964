import { InFlight } from '@keyhold/adapters/shared/in-flight.js'
import { outcome } from '@keyhold/contract'
import { KmsError } from '@keyhold/core'
import t from 'tap'

await t.test('calls beyond the limit are refused until one has ended', async t => {
  const inFlight = new InFlight(2)
  const ends: ((error?: Error) => void)[] = []
  const call = () => new Promise<void>((resolve, reject) => ends.push(error => (error ? reject(error) : resolve())))
  const run = () => outcome(() => inFlight.run('LOCK_UNAVAILABLE', call))
  const [one, two] = [run(), run()]
  t.equal(await run(), 'LOCK_UNAVAILABLE')
  t.equal(ends.length, 2, 'without being made')
  ends[0]?.()
  t.equal(await one, 'done')
  const three = run()
  t.equal(await run(), 'LOCK_UNAVAILABLE')
  ends[1]?.(new KmsError('CONFLICT', 'failed'))
  t.equal(await two, 'CONFLICT', 'an error is handed on')
  const four = run()
  for (const end of ends) end()
  t.strictSame([await three, await four], ['done', 'done'], 'and makes room too')
})

await t.test('a call that throws at once makes room', async t => {
  const inFlight = new InFlight(1)
  const thrower = () => {
    throw new KmsError('CONFLICT', 'failed')
  }
  for (let i = 0; i < 3; i += 1) t.equal(await outcome(() => inFlight.run('STORE_UNAVAILABLE', thrower)), 'CONFLICT')
})
