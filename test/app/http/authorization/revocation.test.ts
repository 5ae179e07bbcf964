import t from 'tap'
import { makeChain } from './chain.ts'
import { honestPlan } from './honest.ts'
import type { LinkPlan, Plan } from './plan.ts'
import { routes } from './routes.ts'
import { makeScene, type Scene } from './scene.ts'
import { makeRequest } from './sign.ts'
import { openWorld, type World } from './world.ts'

const setting = { coverage: 'strict', admission: 'controller' } as const
const day = 86_400_000

function planOf(pattern: RegExp): Plan {
  const route = routes.find(({ method, path }) => pattern.test(`${method} ${path}`))
  if (route === undefined) throw new Error('there is no such route')
  return honestPlan(route, 'trustbloc', setting, 'delegated')
}

const signing = planOf(/\/sign$/)
const revoking = planOf(/revocations\/:capabilityId$/)

/** Signs a message as the delegate, now. */
async function useIt(world: World, scene: Scene): Promise<number> {
  const { wire } = makeRequest(signing, { ...scene, signedAt: world.clock.now() })
  return (await world.send(wire)).status
}

/** Revokes a capability as the controller, now. */
async function revoke(world: World, scene: Scene, capability: Record<string, unknown>): Promise<number> {
  const body = Buffer.from(JSON.stringify(capability))
  const { wire } = makeRequest(revoking, { ...scene, chain: [capability], body, signedAt: world.clock.now() })
  return (await world.send(wire)).status
}

/** A capability of its own for a scene, good for eighty days. */
function another(scene: Scene, change: Partial<LinkPlan> = {}): Record<string, unknown> {
  const [link] = signing.capability.kind === 'delegated' ? signing.capability.links : []
  if (link === undefined) throw new Error('nothing is delegated')
  const [capability = {}] = makeChain(
    'trustbloc',
    [{ ...link, expires: 80 * 86_400, ...change }],
    scene,
    scene.signedAt,
  )
  return capability
}

t.test('a revocation outlives every form in which the capability can be sent', async t => {
  const copies: readonly [string, unknown][] = [
    ['as it was made', undefined],
    ['with a caveat that ends soon', [{ type: 'expiry', duration: 60 }]],
    ['with a caveat that has ended long ago', [{ type: 'expiry', duration: -9_000_000 }]],
  ]
  for (const [name, caveats] of copies) {
    const world = await openWorld(t, setting)
    const scene = await makeScene(world, signing)
    const capability = another(scene)
    const held = { ...scene, chain: [capability], invoked: { ...scene.invoked, json: capability } }
    t.equal(await useIt(world, held), 200, `${name}: the delegate may`)
    // Caveats are not signed in this dialect: whoever revokes may hold, or make, a copy with others.
    t.equal(await revoke(world, scene, caveats === undefined ? capability : { ...capability, caveats }), 200, name)
    t.equal(await useIt(world, held), 403, `${name}: the delegate may no more`)
    world.clock.advance(40 * day)
    // Whatever is revoked later makes the server forget what has ended.
    t.equal(await revoke(world, scene, another(scene, { to: 'second delegate' })), 200, name)
    t.equal(await useIt(world, held), 403, `${name}: and not after forty days either`)
  }
})

t.test('what has ended is forgotten in the end', async t => {
  const world = await openWorld(t, setting)
  const scene = await makeScene(world, signing)
  t.equal(await revoke(world, scene, another(scene)), 200)
  world.clock.advance(200 * day)
  t.equal(await revoke(world, scene, another(scene, { created: 199 * 86_400, expires: 250 * 86_400 })), 200)
  const keystoreId = scene.keystore.slice(scene.keystore.lastIndexOf('/') + 1)
  t.equal((await world.kms.records.listRevocations(keystoreId, 10)).length, 1)
})

t.test('a body that is nested as deep as fits into a request is malformed', async t => {
  const world = await openWorld(t, setting)
  const scene = await makeScene(world, revoking)
  const depth = 450_000
  const bodies = [
    `{"@context":${'['.repeat(depth)}${']'.repeat(depth)}}`,
    `${'{"a":'.repeat(depth / 3)}1${'}'.repeat(depth / 3)}`,
  ]
  for (const text of bodies) {
    const { wire } = makeRequest(revoking, { ...scene, body: Buffer.from(text) })
    const { status, code } = await world.send(wire)
    t.same({ status, code }, { status: 400, code: 'INVALID_REQUEST' })
  }
})
