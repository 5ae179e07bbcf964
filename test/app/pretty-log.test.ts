import { prettyLine } from '@keyhold/app/pretty-log.js'
import fc from 'fast-check'
import { pino } from 'pino'
import t from 'tap'

/** What a person reads of what is logged. */
function read(write: (log: pino.Logger) => void): string {
  let text = ''
  const options = { base: null, timestamp: () => ',"time":"2026-01-02T03:04:05.678Z"' }
  write(pino(options, { write: line => (text += prettyLine(line)) }))
  return text
}

t.test('one line: time, level, message and fields', async t => {
  const record = { method: 'GET', route: null, status: 404, reason: 'a reason of words', keyId: undefined }
  t.equal(
    read(log => log.info(record, 'request')),
    '03:04:05.678 INFO  request method=GET route=null status=404 reason="a reason of words"\n',
  )
  t.equal(
    read(log => log.warn('careful')),
    '03:04:05.678 \u001b[33mWARN \u001b[0m careful\n',
  )
})

t.test('under a failure stands where it was thrown', async t => {
  const text = read(log => log.error({ err: new Error('outside', { cause: new Error('inside') }) }, 'request failed'))
  t.match(text, /^03:04:05\.678 .*ERROR.* request failed\n {4}Error: outside\n {4} +at /)
  t.match(text, 'caused by: Error: inside')
  t.match(
    read(log => log.fatal({ err: 'a text' }, 'ended')),
    /ended\n$|ended err="a text"\n$/,
  )
})

t.test('no text does anything to the terminal', async t => {
  t.match(
    read(log => log.info({ keyId: '\u001b[2J\n\u009b\u202e' }, 'request')),
    'keyId="\\u001b[2J\\n\\u{9b}\\u{202e}"\n',
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, message) => {
      const line = read(log => log.info({ text }, message))
      return /^\P{C}+\n$/u.test(line)
    }),
  )
})
