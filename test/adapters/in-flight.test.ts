import { InFlight } from '@keyhold/adapters/shared/in-flight.js'
import t from 'tap'

const refuse = () => new Error('refused')

await t.test('calls up to the bound run, the next is refused, and each end makes room for one', async t => {
  const calls = new InFlight(2)
  const ends: (() => void)[] = []
  const waiting = () => calls.run(() => new Promise<void>(resolve => ends.push(resolve)), refuse)
  const [one, two] = [waiting(), waiting()]
  await t.rejects(waiting(), { message: 'refused' })
  t.equal(ends.length, 2, 'what is refused is not called')
  ends[0]?.()
  await one
  const three = waiting()
  await t.rejects(waiting(), { message: 'refused' })
  for (const end of ends) end()
  await Promise.all([two, three])
  t.equal(await calls.run(async () => 7, refuse), 7)
})

await t.test('a call that fails makes room as well', async t => {
  const calls = new InFlight(1)
  for (const round of [1, 2, 3]) {
    await t.rejects(
      calls.run(() => Promise.reject(new Error(`failed ${round}`)), refuse),
      { message: `failed ${round}` },
    )
    const throwing = (): Promise<never> => {
      throw new Error(`thrown ${round}`)
    }
    await t.rejects(calls.run(throwing, refuse), { message: `thrown ${round}` })
  }
})
