import { createHash } from 'node:crypto'
import { authority, baseUrl } from '../places.ts'
import type { Scene } from '../scene.ts'
import type { Wire } from '../sign.ts'
import { people } from './issue.ts'
import type { DigestPlan, Moved, SignaturePlan, TokenPlan } from './plan.ts'

/** Makes the request that a plan describes. Nothing of the product's own code has a part in it. */
export function makeTokenRequest(plan: TokenPlan, scene: Scene, token: string): Wire {
  const body = plan.body === 'honest' ? scene.body : undefined
  const target = targetOf(plan, scene)
  const digest = writeDigest(plan.digest, scene.body ?? Buffer.alloc(0))
  const authorization = plan.authorization.map(line => line.replaceAll('TOKEN', token))
  const headers: Record<string, string | string[]> = {
    host: authority,
    ...(body && { 'content-type': 'application/json' }),
    ...digest,
    ...plan.besides,
    ...(authorization.length > 0 && { authorization }),
  }
  const values: Record<string, string> = {
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ').trim()])),
    '@method': plan.route.method,
    '@target-uri': baseUrl + target,
    '@authority': authority,
    '@scheme': 'https',
    '@path': target.replace(/\?.*/, ''),
    '@query': plan.query || '?',
    '@status': '200',
  }
  for (const moved of plan.signedFor) Object.assign(values, move(moved, values, scene))
  if (plan.signature.form !== 'neither') Object.assign(headers, writeSignature(plan.signature, values, scene.signedAt))
  for (const header of plan.twice) {
    const [first = ''] = [headers[header] ?? ''].flat()
    headers[header] = [first, first]
  }
  return { method: plan.route.method, target, headers, ...(body && { body }) }
}

function targetOf({ route, query }: TokenPlan, { keystore }: Scene): string {
  const path = route.path
    .replace(':keystoreId', keystore.slice(keystore.lastIndexOf('/') + 1))
    .replace(':keyId', '1')
    .replace(':capabilityId', 'urn:uuid:x')
  return path + query
}

function move(moved: Moved, values: Readonly<Record<string, string>>, { sibling }: Scene): Record<string, string> {
  const { '@target-uri': uri = '', '@method': method } = values
  switch (moved) {
    case 'another method':
      return { '@method': method === 'POST' ? 'PUT' : 'POST' }
    case 'another path':
      return { '@target-uri': uri.replace('?', '/other?') }
    case 'another keystore':
      return { '@target-uri': `${sibling}/keys` }
    case 'no query':
      return { '@target-uri': uri.replace(/\?.*/, '') }
    case 'another query':
      return { '@target-uri': uri.replace(/\?.*/, '?c=d') }
    case 'another host':
      return { '@target-uri': uri.replace(authority, `other.${authority}`) }
    case 'http':
      return { '@target-uri': uri.replace('https:', 'http:') }
    case 'another token':
      return { authorization: 'GNAP another' }
    case 'another digest':
      return { 'content-digest': 'sha-256=:AAAA:' }
  }
}

function writeDigest({ header, of }: DigestPlan, honest: Buffer): Record<string, string> {
  const bytes = { body: honest, 'other body': Buffer.concat([honest, Buffer.from(' ')]), 'no bytes': Buffer.alloc(0) }[
    of
  ]
  const hash = (name: string) => createHash(name).update(bytes).digest('base64')
  const sha256 = `sha-256=:${hash('sha256')}:`
  switch (header) {
    case 'content-digest':
      return { 'content-digest': sha256 }
    case 'content-digest sha-512':
      return { 'content-digest': `sha-512=:${hash('sha512')}:` }
    case 'content-digest md5':
      return { 'content-digest': `md5=:${hash('md5')}:` }
    case 'two digests':
      return { 'content-digest': `${sha256}, sha-512=:${hash('sha512')}:` }
    case 'digest':
      return { digest: `SHA-256=${hash('sha256')}` }
    case 'absent':
      return {}
  }
}

function writeSignature(plan: SignaturePlan, values: Readonly<Record<string, string>>, signedAt: number) {
  const { by, keyId, created, expires, covered, parameters, form, flaw } = plan
  const time = (name: string, seconds: number | undefined) =>
    seconds === undefined ? '' : `;${name}=${Math.floor(signedAt / 1000) + seconds}`
  const other = by === 'alice' ? 'bob' : 'alice'
  const id = { own: people[by].jwk['kid'], "another's": people[other].jwk['kid'], absent: undefined }[keyId]
  const list = covered.map(name => (form === 'a component with a parameter' ? `"${name}";sf` : `"${name}"`))
  const text =
    `(${list.join(form === 'spaces in the list' ? '  ' : ' ')})${time('created', created)}${time('expires', expires)}` +
    `${id === undefined ? '' : `;keyid="${id}"`}${parameters}${form === 'a parameter twice' ? time('created', created) : ''}`
  const signed = Object.fromEntries(covered.map(name => [name, values[name] ?? '']))
  const headers = people[flaw === 'of another key' ? other : by].sign(signed, text)
  return writeForm(form, headers['signature-input'], flawed(flaw, headers.signature))
}

function flawed(flaw: SignaturePlan['flaw'], signature: string): string {
  const bytes = Buffer.from(/:(.*):/.exec(signature)?.[1] ?? '', 'base64')
  if (flaw === 'bit flipped') bytes[10] = (bytes[10] ?? 0) ^ 1
  if (flaw === 'zeros') bytes.fill(0)
  return `sig1=:${(flaw === 'empty' ? Buffer.alloc(0) : bytes).toString('base64')}:`
}

function writeForm(form: SignaturePlan['form'], input: string, signature: string): Record<string, string> {
  const both = (change: (text: string) => string) => ({
    'signature-input': change(input),
    signature: change(signature),
  })
  switch (form) {
    case 'another label':
      return both(text => text.replace('sig1=', 'client='))
    case 'labels that differ':
      return { 'signature-input': input, signature: signature.replace('sig1=', 'sig2=') }
    case 'two signatures, the honest one first':
      return { 'signature-input': `${input}, sig2=("@method")`, signature: `${signature}, sig2=:AAAA:` }
    case 'two signatures, the honest one last':
      return { 'signature-input': `sig0=("@method"), ${input}`, signature: `sig0=:AAAA:, ${signature}` }
    case 'no Signature':
      return { 'signature-input': input }
    case 'no Signature-Input':
      return { signature }
    case 'a text that is no signature':
      return both(() => 'sig1')
    case 'as cavage':
      return { signature: `keyId="x",headers="(created)",signature="${signature.slice(6, -1)}"` }
    default:
      return both(text => text)
  }
}
