import { setImmediate as turn } from 'node:timers/promises'
import { LineBuffer } from '@keyhold/app/line-buffer.js'
import { pino } from 'pino'
import t from 'tap'

t.test('lines of one turn are written together, in their order, and the next ones after them', async t => {
  const written: string[] = []
  const lines = new LineBuffer({ write: text => void written.push(text) })
  lines.write('a\n')
  lines.write('b\n')
  t.strictSame(written, [])
  await turn()
  lines.write('c\n')
  await turn()
  await turn()
  t.strictSame(written, ['a\nb\n', 'c\n'])
})

t.test('what waits is written when the log is flushed, once', async t => {
  const written: string[] = []
  const log = pino({ base: null, timestamp: false }, new LineBuffer({ write: text => void written.push(text) }))
  log.info('last words')
  log.flush()
  t.strictSame(written, ['{"level":30,"msg":"last words"}\n'])
  await turn()
  t.equal(written.length, 1)
})
