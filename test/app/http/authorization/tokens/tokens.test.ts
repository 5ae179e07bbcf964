import t from 'tap'
import { honestPlan } from '../honest.ts'
import type { Plan } from '../plan.ts'
import { routes, type Verdict } from '../routes.ts'
import { makeSampler } from '../sample.ts'
import { makeScene } from '../scene.ts'
import type { Reply } from '../world.ts'
import { everyTokenPlan } from './cases/index.ts'
import { honestTokenPlan, honestTokenPlans } from './honest.ts'
import { issue, issuerKey, recordedOwner } from './issue.ts'
import { judgeToken } from './oracle.ts'
import type { TokenPlan } from './plan.ts'
import { makeTokenRequest } from './request.ts'
import { openTokenWorld, startIssuers, type TokenWorld } from './token-world.ts'

const everything = process.env['KEYHOLD_FULL_MATRIX'] === '1'
const seed = Number(process.env['KEYHOLD_MATRIX_SEED'] ?? Date.now() % 1_000_000)
const sampleSize = 400

// All of them take a quarter of an hour.
t.setTimeout(everything ? 3_600_000 : 280_000)

const all = everyTokenPlan(honestTokenPlans())

t.test('no two cases have one name', async t => {
  t.equal(new Set(all.map(plan => plan.name)).size, all.length)
})

t.test('every request with a token comes to what the rules say', async t => {
  // Of one route all cases, whatever the seed is; of the others a sample.
  const signing = all.filter(({ route, name }) => route.path.endsWith('/sign') && name.includes('of a subject'))
  const plans = everything ? all : [...signing, ...makeSampler(seed)(all, sampleSize)]
  t.comment(`${plans.length} of ${all.length} cases, seed ${seed}`)
  const servers = await startIssuers(t)
  servers.oauth.keys = [issuerKey]
  const opened = new Map<string, Promise<TokenWorld>>()
  const worldOf = ({ setting }: TokenPlan) => {
    const name = JSON.stringify(setting)
    const world = opened.get(name) ?? openTokenWorld(t, setting, servers)
    opened.set(name, world)
    return world
  }
  const failures = { 'let in': [] as string[], 'refused though honest': [] as string[], otherwise: [] as string[] }
  const written: string[] = []
  const refusals = new Map<string, Set<string>>()
  const check = (plan: TokenPlan, expected: Verdict, reply: Reply, writes: number) => {
    const kind = compare(expected, reply)
    if (kind !== 'as expected') failures[kind].push(`${plan.name}: ${show(reply)}, not ${show(expected)}`)
    if (reply.status >= 400 && writes > 0) written.push(plan.name)
    if (reply.status !== 401 && reply.status !== 403) return
    const looks = `${reply.status}`
    refusals.set(looks, (refusals.get(looks) ?? new Set()).add(appearance(reply)))
  }
  for (const plan of plans) {
    await run(await worldOf(plan), plan, check).catch(error => {
      throw new Error(plan.name, { cause: error })
    })
  }
  const allowed = plans.filter(plan => judgeToken(plan).status === 200).length
  t.comment(`${allowed} allowed and ${plans.length - allowed} refused by the rules`)
  for (const [kind, names] of Object.entries(failures)) t.same(names, [], kind)
  t.same(written, [], 'a refused request has written nothing')
  for (const [looks, texts] of refusals)
    t.same([...texts].slice(1), [], `every refusal looks like every other: ${looks}`)
})

type Check = (plan: TokenPlan, expected: Verdict, reply: Reply, writes: number) => void

/** Does what a plan describes. */
async function run(tokenWorld: TokenWorld, plan: TokenPlan, check: Check): Promise<void> {
  const { world } = tokenWorld
  const scene = await makeScene(world, sceneOf(plan))
  const stored = await world.kms.records.findKeystore(scene.keystore.slice(scene.keystore.lastIndexOf('/') + 1))
  const owner = recordedOwner(plan.keystore.owner, plan.method, tokenWorld)
  if (stored && owner) await world.kms.records.replaceKeystore({ ...stored, owner, revision: stored.revision + 1 })
  const wire = makeTokenRequest(plan, scene, issue(plan, scene, tokenWorld))
  const send = async (expected: Verdict) => {
    const before = world.writes()
    const reply = await world.send(wire)
    check(plan, expected, reply, world.writes() - before)
  }
  world.clock.advance(plan.later)
  const { repeatedAfter, ...once } = plan
  await send(judgeToken(once))
  if (repeatedAfter === undefined) return
  world.clock.advance(repeatedAfter)
  await send(judgeToken(plan))
}

/** The keystore, the key in it and the body, as for a request that invokes a capability. */
function sceneOf({ route, keystore }: TokenPlan): Plan {
  const standing = route.proof === 'revocation' ? 'delegated' : 'signs alone'
  const plan = honestPlan(route, 'trustbloc', { coverage: 'strict', admission: 'controller' }, standing)
  return { ...plan, keystore: { ...plan.keystore, state: keystore.state } }
}

function compare(expected: Verdict, reply: Verdict) {
  if (reply.status === expected.status && reply.code === expected.code) return 'as expected'
  if (reply.status === 200) return 'let in'
  return expected.status === 200 ? 'refused though honest' : 'otherwise'
}

function show({ status, code }: Verdict): string {
  return code === undefined ? `${status}` : `${status} ${code}`
}

/** Fastify closes the connection when it has refused a body. */
function appearance({
  text,
  headers: { date: _date, connection: _connection, 'x-request-id': _id, ...headers },
}: Reply): string {
  return JSON.stringify([text, headers])
}

t.test('the oracle lets the honest in, and can tell them from others', async t => {
  for (const plan of honestTokenPlans()) {
    const own =
      plan.route.proof !== 'revocation' &&
      !(plan.route.proof === 'controller' && !/:keystoreId(\/log)?$/.test(plan.route.path))
    const { allowed = { status: 200 }, method } = plan.route
    if (own && method === 'GET') t.equal(judgeToken(plan).status, allowed.status, plan.name)
  }
  const [signing] = routes.filter(({ path }) => path.endsWith('/sign'))
  if (signing === undefined) throw new Error('nothing signs')
  const honest = honestTokenPlan(signing, 'gnap', { subject: 'alice' })
  t.equal(judgeToken(honest).status, 200)
  t.equal(judgeToken({ ...honest, keystore: { owner: { subject: 'bob' }, state: 'active' } }).status, 403)
  t.equal(judgeToken({ ...honest, token: { ...honest.token, known: 'inactive' } }).status, 401)
})
