import fc from 'fast-check'
import t, { type Test } from 'tap'
import { type AppOptions, buildApp, idOf, keystoreOf, type Request } from '../../support/build-app.ts'
import { errorOf } from '../../support/refusals.ts'
import { fill, type Route, routes } from '../../support/routes.ts'

const runs = { numRuns: 100 }

/** Mostly what a route knows, with anything in it: values that are nearly right go deeper than noise. */
function bodyFor({ body = {}, bytes = [], texts = [] }: Route): fc.Arbitrary<unknown> {
  const value = fc.oneof(
    fc.constant(null),
    fc.constantFrom('', 'ED25519', 'AES256GCM', 'HMACSHA256Tag256', 'c29tZQ==', 'AAAA'),
    fc.base64String(),
    fc.string({ unit: 'binary' }),
    fc.jsonValue(),
  )
  const members = Object.fromEntries([...bytes, ...texts].map(field => [field, value]))
  return fc.oneof(
    fc.record(members, { requiredKeys: [] }),
    fc.record(members, { requiredKeys: [] }).map(changed => ({ ...body, ...changed })),
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.jsonValue(),
  )
}

for (const [name, route] of Object.entries<Route>(routes)) {
  t.test(`${name}: any JSON is served or refused`, async t => {
    await holdsFor(t, route, bodyFor(route))
  })

  t.test(`${name}: any bytes are served or refused`, async t => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map(array => Buffer.from(array))
    await holdsFor(t, route, fc.oneof(bytes, fc.string()))
  })
}

async function holdsFor(t: Test, { method, url }: Route, bodies: fc.Arbitrary<unknown>): Promise<void> {
  const options: AppOptions = { bodyLimit: 100_000 }
  const app = await buildApp(t, options)
  const keystore = await app.keystore()
  const keys = await Promise.all(
    (['ED25519', 'ECDSAP256DER', 'AES256GCM', 'XChaCha20Poly1305', 'HMACSHA256Tag256', 'X25519ECDHKW'] as const).map(
      type => app.key(type, keystore),
    ),
  )
  const property = fc.asyncProperty(bodies, fc.constantFrom(...keys), async (body, key) => {
    const path = fill(url, { keystoreId: idOf(keystoreOf(key)), keyId: idOf(key) })
    const request: Request = { method, path, body }
    const reply = await app.send(request)
    if (reply.status === 200) return
    const refused = reply.status >= 400 && reply.status < 500
    const expected = typeof errorOf(reply) === 'string' && (refused || errorOf(reply) === 'NOT_IMPLEMENTED')
    if (!expected) throw new Error(`${reply.status} ${reply.text}`)
  })
  const { failed, counterexample, errorInstance } = await fc.check(property, runs)
  t.notOk(failed, JSON.stringify({ counterexample, error: String(errorInstance) }))
}
