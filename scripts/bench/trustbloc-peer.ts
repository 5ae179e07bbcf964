import { randomBytes } from 'node:crypto'
import { actionOf, readCapability, signTrustbloc } from '@keyhold/client'
import { type DidSigner, didKeySigner, SecretBytes } from '@keyhold/core'
import { headerLines } from './caller.ts'
import { postRequest } from './load.ts'
import type { Peer, PeerWork } from './peer.ts'

/** How one of its versions names things. */
interface Dialect {
  readonly base: string
  readonly keyTypeMember: string
  readonly associatedDataMember: string
  readonly encode: (bytes: Uint8Array) => string
}

/** Of 2022 and later, which is the wire contract of this service as well. */
const latest: Dialect = {
  base: '/v1/keystores',
  keyTypeMember: 'key_type',
  associatedDataMember: 'associated_data',
  encode: bytes => Buffer.from(bytes).toString('base64'),
}

/** Of 2021, whose base64 is URL-safe, with padding. */
const first: Dialect = {
  base: '/kms/keystores',
  keyTypeMember: 'keyType',
  associatedDataMember: 'aad',
  encode: bytes => latest.encode(bytes).replaceAll('+', '-').replaceAll('/', '_'),
}

/** A keystore of a TrustBloc KMS, or of another Keyhold, with keys that are made for it; capabilities if it asks for them. */
export async function trustblocWork({ url }: Peer, count: number): Promise<readonly PeerWork[]> {
  const signer = await didKeySigner(new SecretBytes(Uint8Array.from(randomBytes(32))))
  const { dialect, keystore, capability } = await newKeystore(url, signer)
  const signed = (path: string, body: object) => {
    const action = actionOf('POST', url + path) ?? ''
    return signTrustbloc(unsigned(url, path, body), { action, capability }, signer, Date.now())
  }
  const keys = `${keystore}/keys`
  const ed25519 = { [dialect.keyTypeMember]: 'ED25519' }
  const isSigned = (await post(url, keys, ed25519)).status > 299
  const headersOf = async (path: string, body: object) => (isSigned ? signed(path, body) : {})
  const text = (length: number) => dialect.encode(randomBytes(length))
  const work = async (operation: string, keyType: string, body: () => object): Promise<PeerWork> => {
    const wanted = { [dialect.keyTypeMember]: keyType }
    const key = created(await post(url, keys, wanted, await headersOf(keys, wanted)), 'key_url')
    const requests: Buffer[] = []
    while (requests.length < count) {
      const [path, sent] = [`${key}/${operation}`, body()]
      requests.push(postRequest(path, sent, headerLines(await headersOf(path, sent))))
    }
    const compared = isSigned ? ({ proofs: ['root'], target: 7 } as const) : inTheOpen
    return { operation, keyType, requests, ...compared }
  }
  const message = () => ({ message: text(256) })
  const plaintext = () => ({ message: text(1024), [dialect.associatedDataMember]: text(32) })
  return [
    await work('sign', 'ED25519', message),
    await work('sign', 'ECDSAP256DER', message),
    await work('encrypt', 'AES256GCM', plaintext),
    await work('computemac', 'HMACSHA256Tag256', () => ({ data: text(256) })),
  ]
}

const inTheOpen = { proofs: ['none'], target: 1.5 } as const

async function newKeystore(url: string, signer: DidSigner) {
  const body = { controller: signer.didUrl }
  for (const dialect of [latest, first]) {
    const headers = await signTrustbloc(unsigned(url, dialect.base, body), undefined, signer, Date.now())
    const answer = await post(url, dialect.base, body, headers)
    if (answer.status === 404) continue
    const keystore = created(answer, 'key_store_url')
    const capability = answer.headers.get('x-rootcapability') ?? JSON.parse(answer.text).capability
    return { dialect, keystore, capability: await readCapability(capability) }
  }
  throw new Error('that is no TrustBloc KMS: it has no keystores')
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

async function post(url: string, path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** The path of what was created: the first version says it in a header. */
function created({ status, headers, text }: Answer, member: string): string {
  if (status > 299) throw new Error(`the peer answered ${status}: ${text}`)
  return new URL(headers.get('location') ?? JSON.parse(text)[member]).pathname
}

function unsigned(url: string, path: string, body: object) {
  return { method: 'POST', url: url + path, body: Buffer.from(JSON.stringify(body)) }
}
