import { keyTypeNames } from '@keyhold/core'
import t from 'tap'
import { buildApp, idOf, keystoreOf } from '../../support/build-app.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { malformedBodies, type Refusal, refusals, unknownIds } from '../../support/refusals.ts'
import { fill, type Route, routes } from '../../support/routes.ts'

const calls: readonly Route[] = [routes.blind, routes.correctnessProof, routes.signWithSecrets]

t.test('the calls of CL signatures say that they are not there, and why', async t => {
  const { log, entries } = recordingLog()
  const app = await buildApp(t, { log })
  const keystore = await app.keystore()
  for (const type of keyTypeNames) {
    const keyId = idOf(await app.key(type, keystore))
    for (const { method, url, body } of calls) {
      const path = fill(url, { keystoreId: idOf(keystore), keyId })
      for (const sent of body ? [body, {}, 'null'] : [undefined]) {
        const reply = await app.send({ method, path, ...(sent && { body: sent }) })
        t.match(
          reply,
          { status: 501, body: { code: 'NOT_IMPLEMENTED', message: /no maintained.* BBS/ } },
          `${type}: ${url}`,
        )
        t.equal(reply.body.errMessage, reply.body.message)
      }
    }
  }
  t.notOk(
    entries.some(({ level }) => level === 'error'),
    'which is no failure of the service',
  )
})

t.test('refusals', async t => {
  const app = await buildApp(t)
  const keyPath = await app.key('BLS12381G2')
  const ids = { keystoreId: idOf(keystoreOf(keyPath)), keyId: idOf(keyPath) }
  const tables = calls.map((route): Refusal[] => {
    const path = fill(route.url, ids)
    const other = route.method === 'GET' ? 'POST' : 'GET'
    return [
      ...unknownIds(route, ids),
      ...(route.body ? malformedBodies(route, path) : []),
      [`${other} ${route.url}`, { method: other, path }, 405, 'METHOD_NOT_ALLOWED'],
    ]
  })
  await refusals(t, app, tables.flat())
})
