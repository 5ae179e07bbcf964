import t from 'tap'
import { everyPlan } from './cases/index.ts'
import { honestPlans } from './honest.ts'
import { judge } from './oracle.ts'
import type { Plan, Setting } from './plan.ts'
import { openRoutes, routes, type Verdict } from './routes.ts'
import { run } from './run.ts'
import { makeSampler } from './sample.ts'
import { openWorld, type Reply, type World } from './world.ts'

const everything = process.env['KEYHOLD_FULL_MATRIX'] === '1'
const seed = Number(process.env['KEYHOLD_MATRIX_SEED'] ?? Date.now() % 1_000_000)
const sampleSize = 600

const all = everyPlan(honestPlans())

// All of them take minutes.
if (everything) t.setTimeout(7_200_000)

t.test('the table of routes is that of the server', async t => {
  const world = await openWorld(t, { coverage: 'strict', admission: 'controller' })
  const isThere = async (route: string) => {
    const [method = '', path = ''] = route.split(' ')
    const { status } = await world.send({ method, target: path.replaceAll(/:\w+/g, 'x'), headers: {} })
    // Every other method of a path is registered as well, to be refused.
    return status !== 405
  }
  const there: string[] = []
  for (const route of world.routes) if (await isThere(route)) there.push(route)
  t.same(there.sort(), [...routes.map(({ method, path }) => `${method} ${path}`), ...openRoutes].sort())
})

t.test('no two cases have one name', async t => {
  t.equal(new Set(all.map(plan => plan.name)).size, all.length)
})

t.test('every request comes to what the rules say', async t => {
  const plans = everything ? all : makeSampler(seed)(all, sampleSize)
  t.comment(`${plans.length} of ${all.length} cases, seed ${seed}`)
  const worldOf = worlds(t)
  const failures = { 'let in': [] as string[], 'refused though honest': [] as string[], otherwise: [] as string[] }
  const check = (name: string, expected: Verdict, reply: Reply) => {
    const kind = compare(expected, reply)
    if (kind !== 'as expected') failures[kind].push(`${name}: ${show(reply)}, not ${show(expected)}`)
  }
  const refusals = new Map<number, Set<string>>([
    [401, new Set()],
    [403, new Set()],
  ])
  const written: string[] = []
  for (const plan of plans) {
    const { first, reply, writes } = await run(await worldOf(plan.setting), plan).catch(error => {
      throw new Error(plan.name, { cause: error })
    })
    if (first !== undefined) check(`${plan.name}, the first time`, judge(once(plan)), first)
    check(plan.name, judge(plan), reply)
    if (reply.status >= 400 && writes > 0) written.push(plan.name)
    refusals.get(reply.status)?.add(appearance(reply))
  }
  const counts = count(plans)
  t.comment(`${counts.allowed} allowed and ${counts.refused} refused by the rules`)
  for (const [kind, names] of Object.entries(failures)) t.same(names, [], kind)
  t.same(written, [], 'a refused request has written nothing')
  for (const [status, texts] of refusals) t.same([...texts].slice(1), [], `every ${status} looks like every other`)
})

/** Fastify closes the connection when it has refused a body. */
function appearance({
  text,
  headers: { date: _date, connection: _connection, 'x-request-id': _id, ...headers },
}: Reply): string {
  return JSON.stringify([text, headers])
}

function once({ repeatedAfter: _again, ...plan }: Plan): Plan {
  return plan
}

function compare(expected: Verdict, reply: Verdict): 'as expected' | 'let in' | 'refused though honest' | 'otherwise' {
  if (reply.status === expected.status && reply.code === expected.code) return 'as expected'
  if (reply.status === 200) return 'let in'
  return expected.status === 200 ? 'refused though honest' : 'otherwise'
}

function show({ status, code }: Verdict): string {
  return code === undefined ? `${status}` : `${status} ${code}`
}

function count(plans: readonly Plan[]): { allowed: number; refused: number } {
  const allowed = plans.filter(plan => judge(plan).status === 200).length
  return { allowed, refused: plans.length - allowed }
}

/** One server for each way in which one can be configured. */
function worlds(t: Parameters<typeof openWorld>[0]): (setting: Setting) => Promise<World> {
  const opened = new Map<string, Promise<World>>()
  return setting => {
    const name = JSON.stringify(setting)
    const world = opened.get(name) ?? openWorld(t, setting)
    opened.set(name, world)
    return world
  }
}
