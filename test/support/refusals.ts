import type { Test } from 'tap'
import type { Reply, Request, TestApp } from './build-app.ts'
import { fill, type Route } from './routes.ts'

export type Refusal = readonly [name: string, request: Request, status: number, code: string]

/**
 * Sends each request and expects to be refused: with the status and code, in the one shape of an error, without a word
 * of the request in the text, and with nothing written.
 */
export async function refusals(t: Test, app: TestApp, table: readonly Refusal[]): Promise<void> {
  t.not(table.length, 0, 'there is something to refuse')
  for (const [name, request, status, code] of table) {
    const before = app.store.written.length
    const reply = await app.send(request)
    const stored = app.store.written.length - before
    const repeated = inputsOf(request).filter(input => reply.text.includes(input))
    const found = { status: reply.status, error: errorOf(reply), repeated, stored }
    t.strictSame(found, { status, error: code, repeated: [], stored: 0 }, name)
  }
}

/** The code of an error, if the reply is one in exactly the shape that every error has; otherwise the reply itself. */
export function errorOf({ headers, body, text }: Reply): unknown {
  const { code, message, errMessage, ...rest } = body ?? {}
  const texts = [code, message, errMessage].every(value => typeof value === 'string' && value !== '')
  const exact = texts && errMessage === message && Object.keys(rest).length === 0
  return exact && /^application\/json(;|$)/.test(String(headers['content-type'])) ? code : { headers, text }
}

/** What no answer may repeat: the ids of the path, and every text of the body. */
function inputsOf({ path, body }: Request): string[] {
  const [, , , keystoreId = '', , keyId = ''] = path.split('/')
  const texts = typeof body === 'string' ? [body] : Buffer.isBuffer(body) ? [body.toString('latin1')] : textsIn(body)
  return [keystoreId, keyId, ...texts].filter(text => text.trim().length >= 5)
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

/** What every route with a body refuses, whatever it is about. */
export function malformedBodies(route: Route, path: string): Refusal[] {
  const { method, body = {}, bytes = [], texts = [] } = route
  const json = JSON.stringify(body)
  const raw: readonly (readonly [name: string, body: string | Buffer])[] = [
    ['no JSON', 'certainly not JSON'],
    ['truncated JSON', json.slice(0, -1)],
    ['JSON that ends within a string', json.slice(0, -2)],
    ['trailing garbage', `${json} garbage`],
    ['two JSON texts', `${json}${json}`],
    ['a NUL behind the JSON', `${json}\0`],
    ['single quotes', json.replaceAll('"', "'")],
    ['a trailing comma', json.replace(/}$/, ',}')],
    ['a comment', `/* comment */ ${json}`],
    ['a raw line feed in a string', '{"member":"line\nfeed"}'],
    ['an empty body', ''],
    ['nothing but white space', ' \n'],
    ['a byte that is not UTF-8', Buffer.concat([Buffer.from('{"member":"'), Buffer.of(0xff), Buffer.from('"}')])],
    ['an overlong encoding', Buffer.concat([Buffer.from('{"member":"'), Buffer.of(0xc0, 0xaf), Buffer.from('"}')])],
    ['UTF-16', Buffer.from(json, 'utf16le')],
    ['a __proto__ member', `{"__proto__":{"polluted":true},${json.slice(1)}`],
    ['an escaped __proto__ member', `{"\\u005f_proto__":{"polluted":true},${json.slice(1)}`],
    ['a nested __proto__ member', `{"member":{"__proto__":{"polluted":true}},${json.slice(1)}`],
    ['a constructor.prototype member', `{"constructor":{"prototype":{"polluted":true}},${json.slice(1)}`],
    ['an array', '[]'],
    ['the body in an array', `[${json}]`],
    ['a string', '"just a string"'],
    ['a number', '12345'],
    ['a boolean', 'true'],
  ]
  const wrongTypes = [...bytes, ...texts].flatMap(field =>
    [0, 12345, true, [], ['AAAA'], [1, 2, 3], {}, { toString: 'text' }].map(
      value => [`${field}: ${JSON.stringify(value)}`, { ...body, [field]: value }] as const,
    ),
  )
  const wrongBase64 = bytes.flatMap(field =>
    notBase64.map(value => [`${field}: ${JSON.stringify(value)}`, { ...body, [field]: value }]),
  )
  const cases = [...raw, ...wrongTypes, ...wrongBase64] as readonly (readonly [string, unknown])[]
  return cases.map(([name, body]) => [name, { method, path, body }, 400, 'INVALID_REQUEST'])
}

/** Unpadded, url alphabet, spaces, bits that are not zero, and what is no base64 at all. */
const notBase64 = [
  'QQ',
  'QUI',
  'QQ=',
  'QQ===',
  'QUJD=',
  '=',
  '====',
  'Q',
  'QUJDR',
  '-_-_',
  '__8=',
  'QUJD QUJD',
  ' QUJD',
  'QUJD\t',
  'QR==',
  'QUJ=',
  'QQ==QQ==',
  'QU\0D',
  'QUJ\u00e9',
  'not base64!',
]

interface Ids {
  readonly keystoreId: string
  readonly keyId?: string
}

/** What every route of a keystore refuses: ids that name nothing, or something that is not here. */
export function unknownIds(route: Route, own: Ids): Refusal[] {
  const { method, body, url } = route
  const strange = [
    'unknown-id',
    '__proto__',
    'constructor',
    'toString',
    '%00',
    '%20',
    '%E2%82%AC',
    '*',
    '$where',
    '.hidden',
  ]
  const request = (ids: typeof own): Request => ({ method, path: fill(url, ids), ...(body && { body }) })
  const keystores: Refusal[] = strange.map(id => [
    `keystore ${id}`,
    request({ ...own, keystoreId: id }),
    404,
    'KEYSTORE_NOT_FOUND',
  ])
  if (own.keyId === undefined) return keystores
  const keys: Refusal[] = strange.map(id => [`key ${id}`, request({ ...own, keyId: id }), 404, 'KEY_NOT_FOUND'])
  return [...keystores, ...keys]
}

/** What every route that uses a key refuses: malformed bodies, ids of nothing, too much, and what is no such route. */
export function keyRouteRefusals(route: Route, ids: Required<Ids>, foreignKeystoreId: string): Refusal[] {
  const { method, body, bytes: [field = ''] = [] } = route
  const path = fill(route.url, ids)
  const foreign = fill(route.url, { ...ids, keystoreId: foreignKeystoreId })
  return [
    ...malformedBodies(route, path),
    ...unknownIds(route, ids),
    ['a key of another keystore', { method, path: foreign, body: { ...body } }, 404, 'KEY_NOT_FOUND'],
    ['a body that is too large', { method, path, body: { [field]: 'A'.repeat(8192) } }, 413, 'PAYLOAD_TOO_LARGE'],
    ['GET', { method: 'GET', path }, 405, 'METHOD_NOT_ALLOWED'],
    ['PUT', { method: 'PUT', path, body: { ...body } }, 405, 'METHOD_NOT_ALLOWED'],
    ['a slash at the end', { method, path: `${path}/`, body: { ...body } }, 404, 'NOT_FOUND'],
  ]
}
