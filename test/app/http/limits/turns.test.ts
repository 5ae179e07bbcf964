import { FixedClock } from '@keyhold/adapters'
import { perTurn, Turns } from '@keyhold/app/http/limits/turns.js'
import type { FastifyReply, FastifyRequest } from 'fastify'
import t from 'tap'

/** Turns that come when the test says so. */
function turnsOf(longestWait = 1000) {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const due: (() => void)[] = []
  const begun: string[] = []
  const refused: string[] = []
  const turns = new Turns({
    clock,
    longestWait,
    originOf: request => request.params as [string, string],
    nextTurn: run => void due.push(run),
  })
  /** A request of somebody about a keystore; answers what becomes of it by its name. */
  const ask = (name: string, source: string, flow = '', destroyed = false) => {
    const request = { params: [source, flow], raw: { socket: { destroyed } } } as unknown as FastifyRequest
    const reply = {
      code: () => reply,
      header: () => reply,
      send: () => refused.push(name),
    } as unknown as FastifyReply
    turns.wait(request, reply, () => void begun.push(name))
  }
  const turn = () => {
    for (const run of due.splice(0)) run()
    return begun.splice(0)
  }
  return { clock, turns, ask, turn, begun, refused, due }
}

t.test('where there is little to do nobody waits', async t => {
  const { ask, turn, begun, due } = turnsOf()
  for (let request = 0; request < 5; request += 1) {
    for (let n = 0; n < perTurn; n += 1) ask(`${request}.${n}`, 'a')
    t.equal(begun.length, perTurn)
    turn()
  }
  turn()
  t.equal(due.length, 0, 'and nothing goes on')
})

t.test('however many somebody sends, another one waits for one turn', async t => {
  for (const others of [1, 10, 1000]) {
    for (const [source, flow] of [
      ['b', 'x'],
      ['a', 'y'],
    ] as const) {
      const { ask, turn, turns } = turnsOf()
      for (let n = 0; n < others + perTurn; n += 1) ask(`flood ${n}`, 'a', 'x')
      turn()
      ask('light', source, flow)
      const [next, after] = [turn(), turn()]
      t.ok([...next, ...after].includes('light'), `beside ${others} others`)
      // Again and again, also while as many others come as are done.
      for (let round = 0; round < 10; round += 1) {
        for (let n = 0; n < perTurn; n += 1) ask(`more ${n}`, 'a', 'x')
        ask('light', source, flow)
        t.ok([...turn(), ...turn()].includes('light'))
      }
      t.ok(turns.waiting <= others + 10 * perTurn)
    }
  }
})

t.test('everybody who waits is served in the end', async t => {
  const { ask, turn, turns } = turnsOf()
  for (let n = 0; n < 100; n += 1) ask(`${n}`, `${n % 7}`, `${n % 3}`)
  const served = new Set<string>()
  for (let n = 0; n < 100; n += 1) for (const name of turn()) served.add(name)
  t.equal(served.size, 100)
  t.equal(turns.waiting, 0)
})

t.test('who has waited too long is refused, and who is gone is not served', async t => {
  const { clock, ask, turn, refused } = turnsOf(50)
  for (let n = 0; n < perTurn; n += 1) ask(`first ${n}`, 'a')
  ask('late', 'a')
  ask('gone', 'b', '', true)
  clock.advance(51)
  ask('new', 'c')
  const served = turn()
  t.strictSame([served.includes('new'), served.includes('late')], [true, false])
  t.strictSame(refused, ['late', 'gone'])
})

t.test('where there is no room it is who has most waiting that is refused', async t => {
  const { ask, turns, turn, refused } = turnsOf()
  for (let n = 0; n < perTurn + 3; n += 1) ask(`flood ${n}`, 'a', 'x')
  ask('light', 'a', 'y')
  turns.refuseNewest('full')
  t.strictSame(refused, [`flood ${perTurn + 2}`])
  turn()
  t.ok([...turn(), ...turn()].length > 0)
  t.strictSame(refused.length, 1)
})
