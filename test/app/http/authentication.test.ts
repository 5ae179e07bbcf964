import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServerOptions } from '@keyhold/app'
import t, { type Test } from 'tap'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { actors } from './authorization/actors.ts'
import { honestPlan } from './authorization/honest.ts'
import type { Plan } from './authorization/plan.ts'
import { type Route, routes } from './authorization/routes.ts'
import { makeScene } from './authorization/scene.ts'
import { makeRequest, type Wire } from './authorization/sign.ts'
import { openWorld, type Reply, type World } from './authorization/world.ts'

const strict = { coverage: 'strict', admission: 'controller' } as const
const byBearer = { coverage: 'strict', admission: 'bearer' } as const

/** A log that keeps every line as text. */
function recordingLog() {
  const lines: string[] = []
  const write =
    (level: string) =>
    (...args: unknown[]) => {
      const plain = (_name: string, value: unknown) => (value instanceof Error ? `${value.stack}` : value)
      lines.push(`${level} ${JSON.stringify(args, plain)}`)
    }
  const [fatal, error, warn, info] = [write('fatal'), write('error'), write('warn'), write('info')]
  const [debug, trace, silent] = [write('debug'), write('trace'), () => undefined]
  const log: NonNullable<ServerOptions['log']> = {
    level: 'trace',
    fatal,
    error,
    warn,
    info,
    debug,
    trace,
    silent,
    child: () => log,
  }
  return { log, lines }
}

function routeOf(pattern: RegExp): Route {
  const route = routes.find(({ method, path }) => pattern.test(`${method} ${path}`))
  if (route === undefined) throw new Error('there is no such route')
  return route
}

const signing = honestPlan(routeOf(/\/sign$/), 'trustbloc', strict, 'root')
const describing = honestPlan(routeOf(/^GET .*:keystoreId$/), 'trustbloc', strict, 'signs alone')

function creation(headers: Wire['headers'], body = `{"controller":"${actors.owner.url}"}`): Wire {
  const typed = { host: 'kms.example', 'content-type': 'application/json', ...headers }
  return { method: 'POST', target: '/v1/keystores', headers: typed, body: Buffer.from(body) }
}

/** A server that admits by the tokens of a file, and a way to change the file. */
async function bearerWorld(t: Test, text: string) {
  const file = join(await temporaryDirectory(t), 'tokens')
  const { log, lines } = recordingLog()
  await writeFile(file, text)
  const world = await openWorld(t, byBearer, { environment: { KMS_KEYSTORE_ADMISSION_TOKEN_FILE: file }, log })
  const ask = (token: string) => world.send(creation({ authorization: `Bearer ${token}` }))
  return { world, file, lines, ask, statusOf: async (token: string) => (await ask(token)).status }
}

t.test('tokens are exchanged while the service runs', async t => {
  const { file, statusOf } = await bearerWorld(t, 'first\nsecond\n')
  t.same([await statusOf('first'), await statusOf('second'), await statusOf('third')], [200, 200, 401])
  await writeFile(file, 'second\nthird\n')
  t.same([await statusOf('first'), await statusOf('second'), await statusOf('third')], [401, 200, 200])
  await writeFile(file, '')
  t.same([await statusOf('second'), await statusOf('third')], [401, 401], 'an empty file admits nobody')
})

t.test('a line of the file is a token', async t => {
  const { file, statusOf } = await bearerWorld(t, 'one\r\n\r\ntwo')
  t.same([await statusOf('one'), await statusOf('two')], [200, 200], 'line ends of any kind, or none')
  t.equal(await statusOf(''), 401, 'an empty line is none')
  t.equal(await statusOf('one\r'), 401)
  await writeFile(file, '# a comment\n two words \n')
  for (const guess of ['#', '# a comment', 'two', 'words', ' two words ']) t.equal(await statusOf(guess), 401, guess)
})

t.test('without its token file the server admits nobody, and says that it is its own fault', async t => {
  const { world, file, lines, ask, statusOf } = await bearerWorld(t, 'token\n')
  t.equal(await statusOf('token'), 200)
  await rm(file)
  const before = world.writes()
  const { status, code, text } = await ask('token')
  t.same({ status, code }, { status: 500, code: 'INTERNAL_ERROR' })
  t.notMatch(text, /tokens|ENOENT/, 'the answer does not say which file is missing')
  t.match(lines.join('\n'), /error .*ENOENT/, 'the log does')
  t.notMatch(lines.join('\n'), /Bearer|"token"/, 'and holds no token')
  t.equal((await world.send(creation({}))).status, 401, 'who sends no token is told so')
  t.equal(world.writes(), before)
  await writeFile(file, 'token\n')
  t.equal(await statusOf('token'), 200, 'it is back')
})

t.test('a token is good for creating keystores and for nothing else', async t => {
  const { world, statusOf } = await bearerWorld(t, 'token\n')
  t.equal(await statusOf('token'), 200)
  for (const { method, path, body, unsigned } of routes.filter(({ proof }) => proof !== 'admission')) {
    const headers = { host: 'kms.example', authorization: 'Bearer token' }
    const wire = { method, target: path.replaceAll(/:\w+/g, 'x'), headers, ...(body && { body: Buffer.from('{}') }) }
    t.equal((await world.send(wire)).status, unsigned?.status ?? 401, `${method} ${path}`)
  }
})

t.test('where anyone is admitted, everything else is signed all the same', async t => {
  const world = await openWorld(t, { coverage: 'strict', admission: 'open' })
  t.equal((await world.send(creation({}))).status, 200)
  t.equal((await world.send({ method: 'GET', target: '/v1/keystores/x', headers: {} })).status, 401)
})

const refusals: readonly [name: string, plan: Plan, status: number, reason: string][] = [
  ['unsigned', { ...signing, signature: { ...signing.signature, form: 'absent' } }, 401, 'no signature of a form'],
  [
    'badly signed',
    { ...signing, signature: { ...signing.signature, flaw: 'bit flipped' } },
    401,
    'signature is not valid',
  ],
  ['too late', { ...signing, later: 301_000 }, 401, 'too old'],
  ['too early', { ...signing, signature: { ...signing.signature, created: 60 } }, 401, 'in the future'],
  [
    'not covering all',
    { ...signing, signature: { ...signing.signature, covered: ['(created)'] } },
    401,
    'is not covered',
  ],
  ['another body', { ...signing, digest: { header: 'SHA-256', of: 'other body' } }, 401, 'body is not the one'],
  ['nothing invoked', { ...signing, invocation: { ...signing.invocation, form: 'empty' } }, 401, 'cannot be parsed'],
  ['another action', { ...signing, invocation: { ...signing.invocation, action: 'verify' } }, 403, 'another action'],
  ['another keystore', { ...signing, keystore: { ...signing.keystore, state: 'unknown' } }, 403, 'not the invoker'],
  ['another signer', { ...signing, ...byStranger(signing) }, 403, 'not the invoker'],
  ['not the controller', { ...describing, ...byStranger(describing) }, 403, 'not the controller'],
  [
    'no controller',
    { ...describing, keystore: { ...describing.keystore, state: 'unknown' } },
    403,
    'not the controller',
  ],
]

function byStranger({ signature }: Plan): Pick<Plan, 'signature'> {
  return { signature: { ...signature, by: 'stranger', keyId: { of: 'stranger', form: 'url' } } }
}

t.test('why a request is refused stands in the log and never in the answer', async t => {
  const { log, lines } = recordingLog()
  const world = await openWorld(t, strict, { log })
  const texts = new Map<number, Set<string>>()
  for (const [name, plan, status, reason] of refusals) {
    const { reply, wire } = await refusal(world, plan)
    t.equal(reply.status, status, name)
    t.notMatch(reply.text, reason, `${name}: the answer does not say why`)
    const logged = lines.splice(0).join('\n')
    t.match(logged, reason, `${name}: the log says why`)
    for (const secret of secretsOf(wire)) t.notMatch(logged, secret, `${name}: the log holds no header`)
    texts.set(status, (texts.get(status) ?? new Set()).add(reply.text))
  }
  for (const [status, bodies] of texts) t.equal(bodies.size, 1, `every ${status} has one body`)
})

t.test('the log tells signatures that only legacy coverage admits from the others', async t => {
  const { log, lines } = recordingLog()
  const world = await openWorld(t, { coverage: 'legacy', admission: 'controller' }, { log })
  const covering = (covered: readonly string[]): Plan => ({ ...signing, signature: { ...signing.signature, covered } })
  for (const [plan, isLegacy] of [
    [covering(['(created)']), true],
    [signing, false],
  ] as const) {
    const { wire } = makeRequest(plan, await makeScene(world, plan))
    lines.length = 0
    t.equal((await world.send(wire)).status, 200)
    t.equal(lines.join('').includes('legacyCoverage'), isLegacy)
  }
})

async function refusal(world: World, plan: Plan): Promise<{ reply: Reply; wire: Wire }> {
  const { wire } = makeRequest(plan, await makeScene(world, plan))
  world.clock.advance(plan.later)
  return { reply: await world.send(wire), wire }
}

/** Texts of which none may be logged: whoever reads the log could use them. */
function secretsOf({ headers }: Wire): string[] {
  return ['signature', 'authorization', 'capability-invocation'].flatMap(name => headers[name] ?? []).filter(Boolean)
}

t.test('who a caller is comes before what it sends', async t => {
  const world = await openWorld(t, strict)
  const scene = await makeScene(world, signing)
  const { wire } = makeRequest({ ...signing, signature: { ...signing.signature, form: 'absent' } }, scene)
  for (const body of ['', 'not JSON', '{"message":1}', `{"message":"${'A'.repeat(2_000_000)}"}`]) {
    const { status } = await world.send({ ...wire, body: Buffer.from(body) })
    t.equal(status, 401, body.slice(0, 20))
  }
  const others = [wire.target.replace('/sign', '/nothing'), '/v1', '/']
  for (const target of others) t.equal((await world.send({ ...wire, target })).status, 404, target)
})

t.test('a server that asks for no proof answers no web page', async t => {
  const world = await openWorld(t, strict, { environment: { KMS_AUTH_TYPE: 'none' } })
  const { key_store_url: url } = JSON.parse((await world.send(creation({}))).text)
  t.match(url, 'https://kms.example/v1/keystores/', 'anyone else may')
  const before = world.writes()
  const keystore = url.slice(url.lastIndexOf('/') + 1)
  const texts = new Set<string>()
  for (const { method, path, body } of routes) {
    const target = path.replace(':keystoreId', keystore).replaceAll(/:\w+/g, 'x')
    for (const origin of ['https://evil.example', 'http://127.0.0.1:8076', 'https://kms.example', 'null', '']) {
      const headers = { host: 'kms.example', origin }
      const { status, text } = await world.send({ method, target, headers, ...(body && { body: Buffer.from('{}') }) })
      t.equal(status, 403, `${method} ${path} from "${origin}"`)
      texts.add(text)
    }
  }
  t.equal(texts.size, 1)
  t.equal(world.writes(), before, 'nothing was written')
})

t.test('health needs no proof', async t => {
  const world = await openWorld(t, strict)
  for (const target of ['/healthcheck', '/health/ready']) {
    t.equal((await world.send({ method: 'GET', target, headers: {} })).status, 200, target)
  }
})
