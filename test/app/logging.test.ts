import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import t from 'tap'

const program = (rest: string) => `
  import { openLog } from ${JSON.stringify(import.meta.resolve('@keyhold/app/logging.js'))}
  const log = openLog('info')
  for (const line of ['one', 'two', 'three']) log.info(line)
  ${rest}`

t.test('a process that ends has written every line, in order', async t => {
  const ends: [name: string, rest: string, code: number][] = [
    ['with nothing left to do', '', 0],
    ['by an exit', 'process.exit(3)', 3],
    ['by an error that nobody caught', 'throw new Error("a bug")', 1],
  ]
  for (const [name, rest, code] of ends) {
    const child = run(rest)
    const [[exitCode], lines] = await Promise.all([once(child, 'close'), text(child.stdout)])
    t.same(messages(lines), ['one', 'two', 'three'], name)
    t.equal(exitCode, code, name)
  }
})

t.test('a process that goes on writes its lines all the same', async t => {
  const child = run('setInterval(() => {}, 60_000)')
  t.teardown(() => child.kill('SIGKILL'))
  const [lines] = await once(child.stdout.setEncoding('utf8'), 'data')
  t.same(messages(lines), ['one', 'two', 'three'])
})

function run(rest: string) {
  const args = ['--input-type=module', '--eval', program(rest)]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
}

function messages(lines: string): string[] {
  return lines
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line).msg)
}
