import { call } from '@keyhold/scripts/http-client.js'
import { runService, startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { keyhold } from '../support/cli-process.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** What a process is given that shall not find libsodium: a hook of Node.js that knows no such package. */
const hook = `export const resolve = (name, context, next) => {
  if (name === 'sodium-native') throw Object.assign(new Error('there is none'), { code: 'ERR_MODULE_NOT_FOUND' })
  return next(name, context)
}`
const dataUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`
const register = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hook))})`
const without = { NODE_OPTIONS: `--import ${dataUrl(register)}` }

const message = Buffer.from('message').toString('base64')

t.test('a key goes on in a service that has the other implementation', async t => {
  const directory = await temporaryDirectory(t)
  const signatures: string[] = []
  const start = async (environment: Readonly<Record<string, string>>, expected: RegExp) => {
    const service = await startService({ directory, environment: { KMS_HOST: '127.0.0.1:0', ...environment } })
    t.match(service.output(), expected)
    return service
  }
  const first = await start({ KMS_ED25519: 'openssl' }, /Ed25519 by OpenSSL/)
  const { key_store_url } = await call('POST', `${first.url}/v1/keystores`, { controller: 'alice' })
  const { key_url } = await call('POST', `${key_store_url}/keys`, { key_type: 'ED25519' })
  const { pathname } = new URL(key_url)
  const use = async (url: string) => {
    const { signature } = await call('POST', `${url}${pathname}/sign`, { message })
    signatures.push(signature)
    for (const each of signatures) await call('POST', `${url}${pathname}/verify`, { message, signature: each })
  }
  await use(first.url)
  await first.stop()
  for (const [environment, expected] of [
    [without, /Ed25519 by OpenSSL/],
    [{}, /Ed25519 by (libsodium|OpenSSL)/],
  ] as const) {
    const service = await start(environment, expected)
    await use(service.url)
    await service.stop()
  }
  t.equal(new Set(signatures).size, 1, 'all of them make the same signature')
})

t.test('whoever insists on libsodium is told in a sentence that there is none', async t => {
  const directory = await temporaryDirectory(t)
  const environment = { ...without, KMS_ED25519: 'libsodium' }
  const { code, output } = await runService({ directory, environment })
  t.equal(code, 1)
  t.match(output, /libsodium is not installed, or not for this system/)
  t.notMatch(output, /listening/)
  const checked = await keyhold(['check'], { directory, environment })
  t.match(checked, { code: 1, stdout: /^failed {2}Ed25519 .*not installed.*\n +Install/m })
  t.match(await keyhold(['check'], { directory, environment: without }), { code: 0, stdout: /Ed25519 +by OpenSSL$/m })
})
