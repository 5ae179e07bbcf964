import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, open, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { until } from '../support/until.ts'

const main = fileURLToPath(import.meta.resolve('@keyhold/app/program/main.js'))

t.test('a log that is copied and truncated while it is written goes on at its beginning', async t => {
  const directory = await temporaryDirectory(t)
  const [file, rotated] = [join(directory, 'keyhold.log'), join(directory, 'keyhold.log.1')]
  const output = await open(file, 'a')
  const child = spawn(process.execPath, [main, 'start'], {
    cwd: directory,
    env: { PATH: process.env['PATH'], KMS_HOST: '127.0.0.1:0', KMS_AUTH_TYPE: 'none' },
    stdio: ['ignore', output.fd, 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const log = () => readFile(file, 'utf8')
  const urlIn = (text: string) => /listening at (http:\/\/[^"\s]+)/.exec(text)?.[1]
  await until(async () => urlIn(await log()) !== undefined)
  const url = urlIn(await log()) ?? ''
  const idOf = async () => (await fetch(`${url}/healthcheck`)).headers.get('x-request-id') ?? ''

  const before = await idOf()
  await until(async () => (await log()).includes(before))
  await copyFile(file, rotated)
  await truncate(file)
  const after = await idOf()
  await until(async () => (await log()).includes(after))
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  t.strictSame(await exit, [0, null])
  await output.close()

  const idsIn = async (name: string) => {
    const lines = (await readFile(name, 'utf8')).trimEnd().split('\n')
    return lines.map(line => JSON.parse(line)).flatMap(({ id, msg }) => (msg === 'request' ? [id] : []))
  }
  t.strictSame(await idsIn(rotated), [before])
  t.strictSame(await idsIn(file), [after], 'every line is whole, and there is no hole before them')
  t.match(await log(), '"msg":"stopped"', 'to the last one')
})
