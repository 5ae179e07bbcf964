import { FixedClock, MemoryVaults, verifyCcgChain } from '@keyhold/adapters'
import { operations } from '@keyhold/app/http/openapi/operations/index.js'
import { type Random, resolveSelfContainedDid } from '@keyhold/core'
import t from 'tap'
import { buildApp, idOf } from '../../../support/build-app.ts'
import {
  type DocumentedExample,
  examplesIn,
  type Located,
  locatedIn,
  type OpenApi,
  responseOf,
  schemaChecker,
} from '../../../support/openapi-document.ts'
import { ReplayedValues } from '../../../support/replayed-values.ts'
import { testPorts } from '../../../support/test-ports.ts'

/** When the examples were answered. */
const then = '2026-01-15T09:30:00.000Z'

/**
 * Their keystores get the ids that they have in the document, since what somebody has signed names them; everything else
 * that is random is another thing each time.
 */
const wanted: string[] = []
const ports = testPorts('examples')
const random: Random = length => {
  const id = Buffer.from(wanted[0] ?? '', 'base64url')
  if (id.length !== length) return ports.random(length)
  wanted.shift()
  return id
}

t.test('every example is answered as the document says, when it is sent', async t => {
  const app = await buildApp(t, {
    ports: { ...ports, random, clock: new FixedClock(then), vaults: new MemoryVaults() },
    baseUrl: 'https://kms.example',
    audit: { mode: 'closed', timeout: 60_000 },
    capabilities: {
      policy: { maximumTtl: 90 * 86_400, clockSkew: 30 },
      resolveDid: resolveSelfContainedDid,
      verifyCcgChain,
    },
  })
  const document = (await app.send({ method: 'GET', path: '/openapi.json' })).body as OpenApi
  const located = new Map(locatedIn(document).map(each => [each.operation.operationId, each]))
  const check = schemaChecker(document)
  const values = new ReplayedValues()

  for (const [name, { examples: written }] of Object.entries(operations)) {
    const found = located.get(name)
    if (found === undefined) throw new Error(`${name} is not in the document`)
    const examples = examplesIn(document, found.operation)
    t.strictSame(examples.map(each => each.name).sort(), Object.keys(written).sort(), `${name}: all are there`)
    for (const example of examples) {
      await t.test(`${name}: ${example.name}`, async t => {
        const { reply: expected, status } = example
        if (name === 'createKeyStore') wanted.push(idOf((expected as { key_store_url: string }).key_store_url))
        const answer = await app.send(requestOf(found, example, values))
        t.equal(answer.status, status, answer.text)
        const response = responseOf(document, found.operation, status)
        const [type, media] = Object.entries(response?.content ?? {})[0] ?? []
        if (media === undefined) {
          t.equal(answer.text, '')
          t.equal(expected, undefined)
          return
        }
        t.equal(answer.headers['content-type'], `${type}; charset=utf-8`)
        t.equal(check(media.schema, expected), '', 'the example is as its schema says')
        const answered = type === 'application/jsonl' ? answer.text : answer.body
        t.equal(check(media.schema, answered), '', 'the answer is as its schema says')
        if (status === 200) t.strictSame(values.compare(expected, answered), [])
        else t.strictSame(answer.body, expected)
        const schema = Object.values(found.operation.requestBody?.content ?? {})[0]?.schema
        if (schema !== undefined && 'body' in example) t.equal(check(schema, example.body), '', 'so is the request')
      })
    }
  }
  t.strictSame(wanted, [], 'the keystores have the ids of the examples')
})

function requestOf({ method, path }: Located, { parameters, body }: DocumentedExample, values: ReplayedValues) {
  const sent = parameters.map(each => ({ ...each, value: encodeURIComponent(values.toSend(each.value)) }))
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => sent.find(each => each.name === name)?.value ?? '')
  const query = sent.filter(each => each.in === 'query').map(({ name, value }) => `${name}=${value}`)
  const url = query.length > 0 ? `${filled}?${query.join('&')}` : filled
  return { method, path: url, ...(body !== undefined && { body: values.toSend(body) }) }
}
