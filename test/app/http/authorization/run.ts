import { honestPlan } from './honest.ts'
import type { Plan } from './plan.ts'
import { routes } from './routes.ts'
import { makeScene, type Scene } from './scene.ts'
import { makeRequest, otherP256Signature } from './sign.ts'
import type { Reply, World } from './world.ts'

/** What the last request came to, and how many records it wrote. */
export interface Observed {
  /** To the request that is repeated. */
  readonly first?: Reply
  readonly reply: Reply
  readonly writes: number
}

/** Does what a plan describes. */
export async function run(world: World, plan: Plan): Promise<Observed> {
  const scene = await makeScene(world, plan)
  for (const event of plan.events) if (event.what === 'revoked') await revoke(world, plan, scene, event.link)
  const { wire, signature } = makeRequest(plan, scene)
  world.clock.advance(plan.later)
  if (plan.repeatedAfter === undefined) return observe(world, () => world.send(wire))
  const first = await world.send(wire)
  world.clock.advance(plan.repeatedAfter)
  const again = plan.repeatedWithOtherSignature ? makeRequest(plan, scene, otherP256Signature(signature)).wire : wire
  return { first, ...(await observe(world, () => world.send(again))) }
}

async function observe(world: World, send: () => Promise<Reply>): Promise<Observed> {
  const before = world.writes()
  const reply = await send()
  return { reply, writes: world.writes() - before }
}

/** The controller revokes one of the delegations, over HTTP as any client does. */
async function revoke(world: World, plan: Plan, scene: Scene, link: number): Promise<void> {
  const [route] = routes.filter(({ proof }) => proof === 'revocation')
  if (route === undefined) throw new Error('nothing revokes')
  const honest = honestPlan(route, plan.dialect, { ...plan.setting, coverage: 'strict' }, 'delegated')
  const chain = scene.chain.slice(0, link + 1)
  const { wire } = makeRequest(honest, { ...scene, chain, body: Buffer.from(JSON.stringify(chain.at(-1))) })
  const reply = await world.send(wire)
  if (reply.status !== 200) throw new Error(`the revocation came to ${reply.text}`)
}
