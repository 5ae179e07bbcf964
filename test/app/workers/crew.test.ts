import { mock } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { FixedClock } from '@keyhold/adapters'
import type { Channel, Handlers } from '@keyhold/app/workers/channel.js'
import { Crew, type End, type WorkerProcess } from '@keyhold/app/workers/crew.js'
import { Restarts } from '@keyhold/app/workers/restarts.js'
import t, { type Test } from 'tap'
import { linked } from '../../support/linked-channels.ts'

interface FakeWorker {
  readonly place: number
  readonly channel: Channel
  readonly told: string[]
  readonly signals: string[]
  /** From now on it answers nothing. */
  hang(): void
  end(end: End): void
}

/** A crew whose workers do what the test says. */
function crewOf(t: Test, count: number) {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const workers: FakeWorker[] = []
  const logged: string[] = []
  const start = (place: number, handlers: Handlers): WorkerProcess => {
    const told: string[] = []
    const signals: string[] = []
    let isHung = false
    const { worker, primary } = linked(
      {
        pulse: () => (isHung ? new Promise<null>(() => {}) : null),
        listen: () => void told.push('listen'),
        stop: () => void told.push('stop'),
      },
      handlers,
    )
    let end: (end: End) => void = () => {}
    const ended = new Promise<End>(resolve => (end = resolve))
    workers.push({ place, channel: worker, told, signals, end, hang: () => (isHung = true) })
    return { channel: primary, ended, kill: signal => void signals.push(signal) }
  }
  const log = { error: (_about: unknown, text: string) => logged.push(text), info: () => undefined } as never
  const crew = new Crew({ count, start, handlers: {}, clock, log, stopTimeout: 1000 })
  t.teardown(() => mock.timers.reset())
  return { crew, workers, clock, logged }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn()
}

/** All of them prepared and listening. */
async function running(t: Test, count: number) {
  const made = crewOf(t, count)
  const { crew, workers } = made
  const opened = crew.open()
  workers[0]?.channel.tell('prepared', null)
  await turns()
  for (const { channel } of workers.slice(1)) channel.tell('prepared', null)
  await opened
  const listening = crew.listen()
  await turns()
  for (const { channel } of workers) channel.tell('listening', { url: 'http://a' })
  t.equal(await listening, 'http://a')
  return made
}

t.test('the first one is alone until it has made what the others find, and all of them listen together', async t => {
  const { crew, workers } = crewOf(t, 3)
  const opened = crew.open()
  await turns()
  t.equal(workers.length, 1)
  workers[0]?.channel.tell('prepared', null)
  await turns()
  t.strictSame(
    workers.map(({ place }) => place),
    [1, 2, 3],
  )
  workers[1]?.channel.tell('prepared', null)
  await turns()
  t.strictSame(workers[0]?.told, [])
  workers[2]?.channel.tell('prepared', null)
  await opened
  const listening = crew.listen()
  await turns()
  for (const { told } of workers) t.strictSame(told, ['listen'])
  workers[0]?.channel.tell('listening', { url: 'http://a' })
  workers[2]?.channel.tell('listening', { url: 'http://a' })
  let isReady = false
  void listening.then(() => (isReady = true))
  await turns()
  t.notOk(isReady, 'not before the last')
  workers[1]?.channel.tell('listening', { url: 'http://a' })
  t.equal(await listening, 'http://a')
})

t.test('a worker that ends at the start ends it', async t => {
  const { crew, workers } = crewOf(t, 2)
  const opened = crew.open()
  workers[0]?.end({ code: 1, signal: null })
  await t.rejects(opened, { name: 'WorkerEnded', message: /exit code 1/ })

  const second = crewOf(t, 2)
  const both = second.crew.open()
  second.workers[0]?.channel.tell('prepared', null)
  await turns()
  second.workers[1]?.channel.tell('prepared', null)
  await both
  second.workers[0]?.end({ code: null, signal: 'SIGKILL' })
  await turns()
  await t.rejects(second.crew.listen(), { name: 'WorkerEnded', message: /SIGKILL/ })
})

t.test('a worker that ends is replaced at its place', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const { crew, workers, logged } = await running(t, 2)
  workers[1]?.end({ code: 134, signal: null })
  await turns()
  t.strictSame([logged, workers.length, crew.processes.length], [['a worker has ended'], 2, 1])
  mock.timers.tick(100)
  await turns()
  t.strictSame([workers.length, workers[2]?.place, crew.replaced], [3, 2, 1])
  workers[2]?.channel.tell('prepared', null)
  await turns()
  t.strictSame(workers[2]?.told, ['listen'])
})

t.test('a worker that hangs is killed after half a minute, and one that answers late is not', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const { crew, workers, logged } = await running(t, 2)
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      mock.timers.tick(1000)
      await turns()
    }
  }
  await pass(60)
  workers[1]?.hang()
  await pass(30)
  t.strictSame([logged, workers[1]?.signals], [[], []])
  await pass(5)
  t.strictSame([logged, workers[1]?.signals], [['a worker hangs, and is killed'], ['SIGKILL']])
  t.strictSame(workers[0]?.signals, [])

  workers[1]?.end({ code: null, signal: 'SIGKILL' })
  await turns()
  await pass(1)
  t.strictSame([workers.length, workers[2]?.place, crew.replaced], [3, 2, 1])
  await pass(60)
  t.strictSame([logged, workers[2]?.signals], [['a worker hangs, and is killed', 'a worker has ended'], []])
})

t.test('workers that end again and again are given up', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const { crew, workers } = await running(t, 1)
  for (let times = 0; times < 6; times += 1) {
    workers.at(-1)?.end({ code: 1, signal: null })
    await turns()
    mock.timers.tick(10_000)
    await turns()
  }
  await crew.givenUp
  t.equal(workers.length, 6)
  t.equal(await crew.stop(), false)
})

t.test('a stop waits for all of them, and is clean if they were', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  for (const [code, clean] of [
    [0, true],
    [1, false],
  ] as const) {
    const { crew, workers, logged } = await running(t, 2)
    const stopped = crew.stop()
    await turns()
    for (const { told } of workers) t.strictSame(told, ['listen', 'stop'])
    workers[0]?.end({ code: 0, signal: null })
    workers[1]?.end({ code, signal: null })
    t.equal(await stopped, clean)
    t.strictSame([logged, workers.length], [[], 2], 'and nobody takes their places')
  }
})

t.test('who does not stop in time is ended', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const { crew, workers } = await running(t, 1)
  const stopped = crew.stop()
  mock.timers.tick(999)
  t.strictSame(workers[0]?.signals, [])
  mock.timers.tick(1)
  t.strictSame(workers[0]?.signals, ['SIGKILL'])
  workers[0]?.end({ code: null, signal: 'SIGKILL' })
  t.equal(await stopped, false)
})

t.test('five ends in a minute are borne, each for twice as long', async t => {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const restarts = new Restarts(clock)
  t.strictSame(
    [1, 2, 3, 4, 5, 6].map(() => restarts.pause()),
    [100, 200, 400, 800, 1600, undefined],
  )
  clock.advance(60_000)
  t.equal(restarts.pause(), 100)
})
