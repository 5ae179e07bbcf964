import { BatchAnswer } from '@keyhold/app/http/batch/batch-answer.js'
import { jsonOfMade } from '@keyhold/app/http/key-operation.js'
import t from 'tap'

const answerTo = (results: readonly unknown[]) => {
  const answer = new BatchAnswer(results.length)
  for (const result of results) answer.add(JSON.stringify(result))
  return answer.finish()
}

t.test('the answer to a batch is its results, whatever their lengths and characters', async t => {
  const text = (length: number) => ({ text: 'x'.repeat(length) })
  const cases = [
    [{}],
    [{}, {}, {}],
    Array.from({ length: 1000 }, () => text(1400)),
    [{}, text(100_000), {}, text(1_000_000)],
    [text(300_000), ...Array.from({ length: 999 }, () => ({}))],
    Array.from({ length: 100 }, () => ({ text: '€"\\\u{1f511}' })),
    [{}, ...Array.from({ length: 50 }, (_, index) => ({ text: '€'.repeat(index) }))],
  ]
  for (const results of cases) {
    const written = answerTo(results)
    t.equal(written.toString(), JSON.stringify({ results }))
  }
})

t.test('no other memory is shared with an answer, since there may be plaintexts in it', async t => {
  t.ok(answerTo([{}]).buffer.byteLength < Buffer.poolSize)
})

t.test('what was made is JSON, bytes being base64 and texts escaped', async t => {
  const made = { bytes: Buffer.from([0xfb, 0xff]), text: '"\\\n', inner: { empty: new Uint8Array(0) } }
  t.strictSame(JSON.parse(jsonOfMade(made)), { bytes: '+/8=', text: '"\\\n', inner: { empty: '' } })
  t.equal(jsonOfMade({}), '{}')
})
