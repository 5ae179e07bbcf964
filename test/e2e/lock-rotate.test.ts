import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { base64, call, request } from '@keyhold/scripts/http-client.js'
import { kmsEnvironment } from '@keyhold/scripts/servers/start.js'
import { runService, type ServiceProcess, startService } from '@keyhold/scripts/service-process.js'
import t, { type Test } from 'tap'
import { honestKms } from '../support/aws-kms-http.ts'
import { AwsKmsMemory } from '../support/aws-kms-memory.ts'
import { keyhold } from '../support/cli-process.ts'
import { faultyServer } from '../support/faulty-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const message = base64('message')

interface Signed {
  /** The path of a key, and what it has signed. */
  readonly key: string
  readonly signature: string
}

async function signedKey(url: string): Promise<Signed> {
  const { key_store_url } = await call('POST', `${url}/v1/keystores`, { controller: 'alice' })
  const { key_url } = await call('POST', `${key_store_url}/keys`, { key_type: 'ED25519' })
  const { signature } = await call('POST', `${key_url}/sign`, { message })
  return { key: new URL(key_url).pathname, signature }
}

async function works(t: Test, { url }: ServiceProcess, signed: readonly Signed[], name: string): Promise<void> {
  const statuses = await Promise.all(
    signed.map(async ({ key, signature }) => {
      const { signature: again } = await call('POST', `${url}${key}/sign`, { message })
      const verified = [signature, again].map(each =>
        request('POST', `${url}${key}/verify`, { message, signature: each }),
      )
      return (await Promise.all(verified)).every(({ status }) => status === 200)
    }),
  )
  t.ok(
    statuses.every(isGood => isGood),
    name,
  )
}

/** Keeps a service busy until it is told to stop: signing with what is there, and making more. */
function load(service: ServiceProcess, signed: Signed[]) {
  let isOver = false
  const failures: unknown[] = []
  const worker = async () => {
    for (let count = 0; !isOver; count += 1) {
      try {
        const { key } = signed[count % signed.length] ?? { key: '' }
        await call('POST', `${service.url}${key}/sign`, { message })
        if (count % 20 === 0) signed.push(await signedKey(service.url))
      } catch (error) {
        failures.push(error)
      }
      await sleep(1)
    }
  }
  const working = Promise.all([worker(), worker()])
  return {
    async stop() {
      isOver = true
      await working
      return failures
    },
  }
}

t.test('a lock is rotated under load, killed again and again, and no request fails', async t => {
  const directory = await temporaryDirectory(t)
  const [former, lock] = [join(directory, 'former.key'), join(directory, 'new.key')]
  for (const file of [former, lock]) await keyhold(['keygen', file])
  const [formerAlone, lockAlone] = [{ KMS_SECRET_LOCK_KEY_PATH: former }, { KMS_SECRET_LOCK_KEY_PATH: lock }]
  const both = {
    ...lockAlone,
    KMS_SECRET_LOCK_PREVIOUS_TYPE: 'local',
    KMS_SECRET_LOCK_PREVIOUS_KEY_PATH: former,
    // Nothing that is opened is kept: each request opens its key anew.
    KMS_KMS_CACHE_TTL: '0',
  }
  const signed: Signed[] = []
  const before = await startService({ directory, environment: formerAlone })
  while (signed.length < 60) signed.push(await signedKey(before.url))
  await before.stop()

  const service = await startService({ directory, environment: both })
  t.teardown(() => service.stop())
  await works(t, service, signed, 'with both locks, before anything is rotated')
  const busy = load(service, signed)
  for (let kills = 0; kills < 2; kills += 1) {
    const { code } = await keyhold(['lock', 'rotate', '--json'], {
      directory,
      environment: both,
      onStart: child => void setTimeout(() => child.kill('SIGKILL'), 500 + Math.random() * 1500),
    })
    t.ok(code === null || code === 0)
    await works(t, service, [...signed], `after it was killed ${kills + 1} times`)
  }
  const { code, stdout, stderr } = await keyhold(['lock', 'rotate', '--json'], { directory, environment: both })
  t.strictSame({ code, stderr }, { code: 0, stderr: '' })
  t.match(JSON.parse(stdout), { from: /^local:/, to: /^local:/, unopened: [] })
  await works(t, service, [...signed], 'with both locks, when all is rotated')
  t.strictSame(await busy.stop(), [], 'no request failed')
  await service.stop()

  t.match(await runService({ directory, environment: formerAlone }), { code: 1, output: /was sealed by the lock/ })
  const after = await startService({ directory, environment: lockAlone })
  await works(t, after, signed, 'with the new lock alone')
  await after.stop()
  const again = await keyhold(['lock', 'rotate'], { directory, environment: both })
  t.match(again, { code: 0, stdout: /^sealed anew by this run: 0\n(.*\n)*This had ended before/ })
})

t.test('from a file to AWS KMS, and from there to another key', async t => {
  const directory = await temporaryDirectory(t)
  const kms = new AwsKmsMemory()
  const [one, other] = ['1234abcd-12ab-34cd-56ef-1234567890ab', '2234abcd-12ab-34cd-56ef-1234567890ab'].map(id => {
    const arn = `arn:aws:kms:eu-west-2:111122223333:key/${id}`
    kms.addKey(arn)
    return `aws-kms://${arn}`
  }) as [string, string]
  const server = await faultyServer(t)
  server.behave(honestKms(kms))
  const aws = (key: string) => ({
    ...kmsEnvironment,
    KMS_SECRET_LOCK_TYPE: 'aws',
    KMS_SECRET_LOCK_AWS_KEY_URI: key,
    KMS_SECRET_LOCK_AWS_ENDPOINT: server.url,
    // A rotation waits for as long as a call may take.
    KMS_SECRET_LOCK_TIMEOUT: '1500ms',
  })
  const first = await startService({ directory })
  const signed = [await signedKey(first.url), await signedKey(first.url)]
  await first.stop()
  const steps = [
    [one, { KMS_SECRET_LOCK_PREVIOUS_TYPE: 'local', KMS_SECRET_LOCK_PREVIOUS_KEY_PATH: 'keyhold-data/master.key' }],
    [
      other,
      {
        KMS_SECRET_LOCK_PREVIOUS_TYPE: 'aws',
        KMS_SECRET_LOCK_PREVIOUS_AWS_KEY_URI: one,
        KMS_SECRET_LOCK_PREVIOUS_AWS_ENDPOINT: server.url,
      },
    ],
  ] as const
  for (const [key, previous] of steps) {
    const environment = { ...aws(key), ...previous }
    const rotated = await keyhold(['lock', 'rotate', '--json'], { directory, environment })
    t.match(rotated, { code: 0, stderr: '' })
    t.match(JSON.parse(rotated.stdout), { records: 4, resealed: 4, state: 'begun' })
    const service = await startService({ directory, environment: aws(key) })
    await works(t, service, signed, key)
    await service.stop()
  }
})

t.test('what cannot be rotated is refused in a sentence, and nothing is made', async t => {
  const directory = await temporaryDirectory(t)
  const [former, lock] = [join(directory, 'former.key'), join(directory, 'new.key')]
  for (const file of [former, lock]) await keyhold(['keygen', file])
  const before = { KMS_SECRET_LOCK_PREVIOUS_TYPE: 'local', KMS_SECRET_LOCK_PREVIOUS_KEY_PATH: former }
  const cases: readonly (readonly [environment: Record<string, string>, code: number, stderr: RegExp])[] = [
    [{}, 2, /^KMS_SECRET_LOCK_PREVIOUS_TYPE: must be set/],
    [{ ...before, KMS_SECRET_LOCK_KEY_PATH: lock }, 3, /^there is no store in the directory/],
    [{ ...before, KMS_DATABASE_TYPE: 'memory', KMS_SECRET_LOCK_KEY_PATH: lock }, 3, /in the memory of a service/],
    [{ KMS_SECRET_LOCK_PREVIOUS_TYPE: 'local' }, 1, /^KMS_SECRET_LOCK_PREVIOUS_KEY_PATH: must be set/],
  ]
  for (const [environment, code, stderr] of cases) {
    t.match(await keyhold(['lock', 'rotate'], { directory, environment }), { code, stdout: '', stderr })
  }
  const service = await startService({ directory, environment: { KMS_SECRET_LOCK_KEY_PATH: former } })
  await service.stop()
  const same = { ...before, KMS_SECRET_LOCK_KEY_PATH: former }
  t.match(await keyhold(['lock', 'rotate'], { directory, environment: same }), {
    code: 1,
    stderr: /name the same lock/,
  })
  const missing = { ...before, KMS_SECRET_LOCK_KEY_PATH: join(directory, 'missing.key') }
  t.match(await keyhold(['lock', 'rotate'], { directory, environment: missing }), { code: 1, stderr: /no such file/ })
})
