import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { settings } from '@keyhold/app/config/settings.js'
import { errorCodes, keyTypeNames } from '@keyhold/core'
import { request } from '@keyhold/scripts/http-client.js'
import { startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { temporaryDirectory } from './support/temporary-directory.ts'

const root = join(import.meta.dirname, '../..')
const readme = await readFile(join(root, 'README.md'), 'utf8')

/** Runs a command to its end. */
async function run(command: string, args: readonly string[], directory: string) {
  const child = spawn(command, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text))
  const missing = once(child, 'error').then(([error]) => ({ code: -1, output: String(error) }))
  return Promise.race([missing, once(child, 'close').then(([code]) => ({ code: code as number, output }))])
}

t.test('the demo runs', async t => {
  const directory = await temporaryDirectory(t)
  const service = await startService({ directory, environment: { KMS_AUTH_TYPE: 'zcap' } })
  t.teardown(() => service.stop())
  const { code, output } = await run(process.execPath, [join(root, 'scripts/dist/demo.js'), service.url], directory)
  if (!t.equal(code, 0)) t.comment(output)
  t.match(output, /Hold my keys\.\n$/)
})

t.test('npm start serves, and stops when it is asked to', async t => {
  const directory = await temporaryDirectory(t)
  const flags = ['--host', '127.0.0.1:0', '--database-url', join(directory, 'data')]
  // What the test runner puts into every Node.js process below it is not there when a person types the command.
  const child = spawn('env', ['-u', 'NODE_OPTIONS', 'npm', 'start', '--', ...flags], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let url: string | undefined
  for await (const text of child.stdout.setEncoding('utf8')) {
    url = /listening at (http:[^"]+)/.exec(text)?.[1]
    if (url !== undefined) break
  }
  t.equal((await request('GET', `${url}/health/ready`)).status, 200)
  child.kill('SIGTERM')
  await once(child, 'close')
  await t.rejects(request('GET', `${url}/health/ready`))
})

t.test('the tables in the README are those of the code', async t => {
  for (const setting of Object.values(settings)) {
    const fallback = setting.default === undefined ? '' : `\`${setting.default}\``
    t.match(readme, `| \`${setting.variable}\` | \`--${setting.flag}\` | ${fallback} | ${setting.description} |`)
  }
  for (const code of errorCodes) t.match(readme, `\`${code}\``)
  for (const name of keyTypeNames) t.match(readme, `\`${name}\``)
})
