import { execFile } from 'node:child_process'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { base64, call, request } from '@keyhold/scripts/http-client.js'
import { launch } from '@keyhold/scripts/servers/process.js'
import { startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { repository } from '../support/repository.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** What the service is run as: its modules joined into few files (packaging/program.mjs). */
const program = join(repository, 'app/dist/program')

/** So many files are linked until the service listens: its own, and the packages that are not joined. Today it is 48. */
const most = 70

t.test('a start links few modules', async t => {
  const directory = await temporaryDirectory(t)
  const list = join(directory, 'modules')
  const hooks = `import { appendFileSync } from 'node:fs'
    export async function load(url, context, next) {
      if (url.startsWith('file:')) appendFileSync(${JSON.stringify(list)}, url + '\\n')
      return next(url, context)
    }`
  const register = join(directory, 'register.mjs')
  const source = `data:text/javascript,${encodeURIComponent(hooks)}`
  await writeFile(register, `import { register } from 'node:module'\nregister(${JSON.stringify(source)})\n`)
  // By `env`, since the test runner puts modules of its own into every Node.js process that is started here.
  const settings = ['KMS_HOST=127.0.0.1:0', 'KMS_SHUTDOWN_DELAY=0', 'KMS_AUTH_TYPE=none']
  const node = [process.execPath, '--import', pathToFileURL(register).href, join(program, 'main.js'), 'start']
  const command = ['env', '-i', ...settings, ...node] as const
  const service = await launch({ name: 'the program', command, directory, ready: /listening at (http:[^"]+)/ })
  await service.stop()
  const linked = (await readFile(list, 'utf8')).trim().split('\n')
  t.ok(
    linked.length > 5 && linked.length <= most,
    `${linked.length} modules; those that are many belong in program.mjs`,
  )
})

t.test('what is computed on a thread is computed by the program', async t => {
  const service = await startService({ directory: await temporaryDirectory(t) })
  t.teardown(() => service.stop())
  const { key_store_url } = await call('POST', `${service.url}/v1/keystores`, { controller: 'did:example:alice' })
  const { key_url } = await call('POST', `${key_store_url}/keys`, { key_type: 'ECDSAP384DER' })
  const message = base64('message')
  const { signature } = await call('POST', `${key_url}/sign`, { message })
  t.equal((await request('POST', `${key_url}/verify`, { message, signature })).status, 200)
})

t.test('a build that changes nothing touches no file, since a service may run from there', async t => {
  const timesOf = async () => {
    const files = await readdir(program, { recursive: true })
    return Promise.all(files.toSorted().map(async file => [file, (await stat(join(program, file))).ctimeMs] as const))
  }
  const before = await timesOf()
  await promisify(execFile)('env', ['-u', 'NODE_OPTIONS', process.execPath, 'packaging/program.mjs'], {
    cwd: repository,
  })
  t.strictSame(await timesOf(), before)
})

t.test('it says under what terms others have written what is in it', async t => {
  const files = await readdir(program, { recursive: true })
  const scripts = files.filter(file => file.endsWith('.js'))
  const texts = await Promise.all(scripts.map(file => readFile(join(program, file), 'utf8')))
  // A comment of esbuild's before each module says what file it was.
  const names = texts.flatMap(text => [...text.matchAll(/^\/\/ (?:\S*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)])
  const packages = new Set(names.map(([, name]) => name ?? ''))
  t.ok(packages.has('@sinclair/typebox'))
  for (const name of packages) {
    const terms = files.filter(file => file.startsWith(`licenses/${name.replace('/', '-')}-`))
    t.ok(terms.length > 0, name)
  }
})
