import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { npm, packAll, plainly } from '../support/packages.ts'
import { repository } from '../support/repository.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { until } from '../support/until.ts'

/** The packages as whoever installs them has them: from their tarballs, in an empty folder, the rest from the registry. */
const folder = await temporaryDirectory(t)
const packed = await packAll(folder)
const missing = await install()
const skip = missing !== undefined && process.env['KEYHOLD_REQUIRE_SERVERS'] !== '1' && missing

/** @returns why the registry cannot be had, if it cannot */
async function install(): Promise<string | undefined> {
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const tarballs = packed.map(({ filename }) => `./${filename}`)
  try {
    await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs], folder)
  } catch (error) {
    const text = String((error as { stderr?: string }).stderr ?? error)
    if (/E(NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|AI_AGAIN)/.test(text)) return `no registry: ${text}`
    throw error
  }
  return undefined
}

t.test('the service and the client run from what was installed', { skip }, async t => {
  // A group of its own, so that its end is the end of what npx has started, too.
  const service = spawn('env', [...plainly, 'npx', '--no', 'keyhold', 'start'], {
    cwd: folder,
    env: { ...process.env, KMS_HOST: '127.0.0.1:0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const ended = once(service, 'close')
  const end = (signal: NodeJS.Signals) => service.exitCode === null && process.kill(-(service.pid ?? 0), signal)
  t.teardown(() => end('SIGKILL'))
  let log = ''
  service.stdout.setEncoding('utf8').on('data', text => (log += text))
  const address = () => /listening at (http:[^"]+)/.exec(log)?.[1]
  await until(() => address() !== undefined || service.exitCode !== null)

  const readme = await readFile(join(folder, 'node_modules/@keyhold/client/README.md'), 'utf8')
  const [, program = ''] = /^```js\n(.*?)^```/ms.exec(readme) ?? []
  await writeFile(join(folder, 'client.js'), program.replaceAll('https://kms.example', address() ?? ''))
  const client = spawn('env', [...plainly, 'node', 'client.js'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  for await (const text of client.stdout.setEncoding('utf8')) output += text
  t.equal(output, 'true\n', 'the program of its README has signed, and the signature is valid')

  end('SIGTERM')
  await ended
  t.match(log, /"msg":"stopped"/, 'and the service ends cleanly')
})

t.test('the types of what was installed are whole', { skip }, async t => {
  const names = packed.map(({ name }) => name).filter(name => name !== '@keyhold/contract')
  const program = names.map((name, index) => `export * as p${index} from '${name}'`)
  program.push(`export { openMongoKeyStore } from '@keyhold/adapters/store-mongo'`)
  await writeFile(join(folder, 'types.ts'), program.join('\n'))
  const types = ['--types', 'node', '--typeRoots', join(repository, 'node_modules/@types')]
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', ...types, 'types.ts']
  const compiler = spawn(join(repository, 'node_modules/.bin/tsc'), options, { cwd: folder, stdio: 'pipe' })
  let output = ''
  for await (const text of compiler.stdout.setEncoding('utf8')) output += text
  t.strictSame(output.match(/^.*@keyhold.*$/gm) ?? [], [], 'nothing is missing in ours')
})
