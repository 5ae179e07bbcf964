import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { request } from '@keyhold/scripts/http-client.js'
import { launch } from '@keyhold/scripts/servers/process.js'
import t from 'tap'
import { probedPaths } from '../support/deployments.ts'
import { buildImage, dockerfile, wordsOf } from '../support/image.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** The Dockerfile without a container: its commands, run in directories that stand for its stages. */
const directory = await temporaryDirectory(t)
const built = await buildImage(directory).catch((error: { stdout?: string; stderr?: string }) => {
  const text = `${error.stdout ?? ''}${error.stderr ?? error}`
  if (!/E(NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|AI_AGAIN)/.test(text)) throw new Error(text)
  return { missing: `no registry: ${text}` }
})
const skip = 'missing' in built && process.env['KEYHOLD_REQUIRE_SERVERS'] !== '1' && built.missing

t.test('what the Dockerfile makes serves, is found healthy and stops', { skip }, async t => {
  if ('missing' in built) throw new Error(built.missing)
  const { root } = built
  const here = (word: string) =>
    word === '/nodejs/bin/node' ? process.execPath : word.startsWith('/') ? join(root, word) : word
  const settings = Object.entries(built.environment).map(([name, value]) => `${name}=${here(value)}`)
  const environment = [...settings, 'KMS_HOST=127.0.0.1:0', 'KMS_BASE_URL=http://127.0.0.1:8076']
  const image = dockerfile.getInstructions()
  const command = [...wordsOf(dockerfile.getENTRYPOINTs().at(-1)), ...wordsOf(dockerfile.getCMDs().at(-1))].map(here)
  const before = await filesOutsideVolumes(root)

  const run = ['env', '-i', ...environment, ...command] as const
  const ready = /listening at (http:[^"]+)/
  const service = await launch({ name: 'the image', command: [...run], directory: root, ready })
  t.teardown(() => service.stop())
  for (const path of probedPaths) {
    t.equal((await request('GET', `${service.address}${path}`)).status, 200, path)
  }

  const port = new URL(service.address).port
  const check = image.find(each => each.getKeyword() === 'HEALTHCHECK')
  const [file = '', ...args] = wordsOf(check).map(here)
  const isHealthy = (address: string) =>
    promisify(execFile)(file, args, { env: { KMS_HOST: address } }).then(
      () => true,
      () => false,
    )
  t.equal(await isHealthy(`0.0.0.0:${port}`), true, 'the health check finds it healthy')
  t.strictSame(await filesOutsideVolumes(root), before, 'it has written nothing but its data')
  t.ok((await readdir(join(root, 'data'))).includes('master.key'))

  await service.stop()
  t.equal(await isHealthy(`0.0.0.0:${port}`), false, 'and not healthy when it has stopped')
})

async function filesOutsideVolumes(root: string): Promise<string[]> {
  const paths = await readdir(root, { recursive: true })
  return paths.filter(path => !/^(data|keys)\//.test(path)).sort()
}
