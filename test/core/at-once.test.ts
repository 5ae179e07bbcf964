import { andThen, firstAnswer, isTrueOfAny } from '@keyhold/core/at-once.js'
import t from 'tap'

const later = async <T>(value: T) => value

t.test('the next thing is done at once with what is there, and later with what comes later', async t => {
  t.equal(
    andThen(1, one => one + 1),
    2,
  )
  const promised = andThen(later(1), one => one + 1)
  t.ok(promised instanceof Promise)
  t.equal(await promised, 2)
  t.throws(() => andThen(1, refuse), { message: 'refused' })
  await t.rejects(async () => andThen(later(1), refuse), { message: 'refused' })
})

for (const [name, ask] of [
  ['at once', (answer: number | undefined) => answer],
  ['later', later<number | undefined>],
] as const) {
  t.test(`answers that come ${name} are asked for in order, until there is one`, async t => {
    const asked: (number | undefined)[] = []
    const noting = (answer: number | undefined) => {
      asked.push(answer)
      return ask(answer)
    }
    t.equal(await firstAnswer([undefined, 0, 1], noting), 0, 'what is falsy is an answer')
    t.strictSame(asked, [undefined, 0])
    t.equal(await firstAnswer([undefined, undefined], noting), undefined)
    t.equal(await firstAnswer([], noting), undefined)
  })
}

t.test('it is true of any if it is true of one, however soon that is known', async t => {
  const isEven = (one: number) => (one > 2 ? later(one % 2 === 0) : one % 2 === 0)
  t.equal(isTrueOfAny([1, 2, 3], isEven), true)
  t.equal(isTrueOfAny([], isEven), false)
  t.equal(isTrueOfAny([1], isEven), false)
  t.equal(await isTrueOfAny([1, 3, 4], isEven), true)
  t.equal(await isTrueOfAny([1, 3, 2], isEven), true)
  t.equal(await isTrueOfAny([1, 3, 5], isEven), false)
})

function refuse(): never {
  throw new Error('refused')
}
