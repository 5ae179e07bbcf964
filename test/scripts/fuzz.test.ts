import { invalidRequest } from '@keyhold/core'
import { Dice, maximumLength, mutate } from '@keyhold/scripts/fuzz/mutate.js'
import { runTarget } from '@keyhold/scripts/fuzz/run-target.js'
import { targets } from '@keyhold/scripts/fuzz/targets.js'
import t from 'tap'

for (const [name, target] of Object.entries(targets)) {
  void t.test(`whatever ${name} reads, it answers or throws a KmsError`, async t => {
    const { runs, accepted } = runTarget(name, target, 500, 1)
    t.equal(runs, 500)
    t.ok(accepted > 0 && accepted < 500, `${accepted} of 500 are accepted`)
  })
}

void t.test('the inputs to begin with are valid', async t => {
  for (const [name, { seeds, accepts }] of Object.entries(targets)) {
    for (const [index, seed] of seeds.entries()) {
      // A megabyte in a kilobyte is valid in nothing but its form.
      const isBomb = name === 'compressed capability' && index === 2
      if (isBomb) t.throws(() => accepts(seed), { code: 'UNAUTHENTICATED' })
      else t.equal(accepts(seed), true, `${name} ${index}`)
    }
  }
})

void t.test('a parser that fails is told with its input', async t => {
  const seeds = [Buffer.from('valid')]
  const fails = {
    seeds,
    accepts(input: Uint8Array) {
      if (input.length > 5) throw new TypeError('too much')
      return true
    },
  }
  const refuses = {
    seeds,
    accepts() {
      throw invalidRequest('no')
    },
  }
  t.throws(() => runTarget('fails', fails, 100, 1), { message: /^fails fails on [A-Za-z0-9+/]+=*$/ })
  t.match(runTarget('refuses', refuses, 100, 1), { runs: 100, accepted: 0 })
})

void t.test('the same seed makes the same inputs, none of them too long', async t => {
  const seeds = [Buffer.from('{"a":["b",{"c":null}]}'), Buffer.alloc(3000, 'x')]
  const inputs = (seed: number) => {
    const dice = new Dice(seed)
    return Array.from({ length: 300 }, () => Buffer.from(mutate(dice.pick(seeds), seeds, dice)).toString('latin1'))
  }
  const first = inputs(1)
  t.strictSame(inputs(1), first)
  t.notSame(inputs(2), first)
  t.ok(new Set(first).size > 250, 'and they differ')
  t.ok(first.every(({ length }) => length <= maximumLength))
})
