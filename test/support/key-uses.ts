import { isDeepStrictEqual } from 'node:util'
import { type KeyTypeName, keyTypeNames } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import type { Answer, ExposedService } from './exposed-service.ts'
import { families, typesOf } from './families.ts'
import { quickAttributes } from './quick-attributes.ts'

/** A request that uses a key, and the one right answer if there is only one. */
export interface Use {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly payload?: object
  readonly body?: object | undefined
  /** Whether the key's secret is needed for it. */
  readonly secret: boolean
}

/** A key, and everything that can be done with it. The first use is a cheap one. */
export interface UsedKey {
  readonly name: string
  /** Of its newest version. */
  readonly type: KeyTypeName
  readonly keystoreId: string
  readonly ids: readonly [string, ...string[]]
  readonly uses: readonly [Use, ...Use[]]
}

const message = Buffer.from('a message').toString('base64')
const cek = Buffer.alloc(32, 7).toString('base64')
const associated_data = Buffer.from('its context').toString('base64')

export async function makeKeystore(service: ExposedService): Promise<string> {
  const { key_store_url } = await ok(service.ask('POST', '', { controller: 'did:example:owner' }))
  return lastOf(key_store_url)
}

/** A key of each type, one that was rotated within each family, and one that can only verify. */
export async function makeKeysOfEveryKind(service: ExposedService, keystoreId: string): Promise<UsedKey[]> {
  const keys: UsedKey[] = []
  for (const type of keyTypeNames) keys.push(await makeKey(service, keystoreId, type))
  for (const family of families) keys.push(await makeRotatedKey(service, keystoreId, typesOf(family)))
  const source = keys.find(({ type }) => keyTypes[type].family === 'signature')
  if (source !== undefined) keys.push(await makeVerificationKey(service, source))
  return keys
}

export async function makeKey(service: ExposedService, keystoreId: string, type: KeyTypeName): Promise<UsedKey> {
  const { key_url } = await ok(service.ask('POST', `/${keystoreId}/keys`, { key_type: type, attrs: quickAttributes }))
  const id = lastOf(key_url)
  return { name: type, type, keystoreId, ids: [id], uses: await usesOf(service, `/${keystoreId}/keys/${id}`, type) }
}

/** What the first version made, asked for by each id, and what the newest does. */
export async function makeRotatedKey(
  service: ExposedService,
  keystoreId: string,
  types: readonly KeyTypeName[],
): Promise<UsedKey> {
  const [first = 'ED25519', last = first] = [types[0], types.at(-1)]
  const key = await makeKey(service, keystoreId, first)
  const { key_url } = await ok(
    service.ask('POST', `/${keystoreId}/keys/${key.ids[0]}/rotate`, { key_type: last, attrs: quickAttributes }),
  )
  const ids = [key.ids[0], lastOf(key_url)] as const
  const [early] = key.uses
  const newer = await usesOf(service, `/${keystoreId}/keys/${ids[1]}`, last)
  const older = { ...early, path: early.path.replace(ids[0], ids[1]) }
  return { name: `${first} rotated to ${last}`, type: last, keystoreId, ids, uses: [early, older, ...newer] }
}

/** A key that has the public part of another one, and so knows its signatures. */
async function makeVerificationKey(service: ExposedService, source: UsedKey): Promise<UsedKey> {
  const { type, keystoreId } = source
  const { public_key } = await ok(service.ask('GET', `/${keystoreId}/keys/${source.ids[0]}/export`))
  const { key_url } = await ok(service.ask('PUT', `/${keystoreId}/keys`, { key_type: type, public_key }))
  const id = lastOf(key_url)
  const [verify, exported] = source.uses.map(use => ({ ...use, path: use.path.replace(source.ids[0], id) }))
  if (verify === undefined || exported === undefined) throw new Error('a signature key can be verified and exported')
  return { name: `${type} to verify only`, type, keystoreId, ids: [id], uses: [verify, exported] }
}

/** By family: each makes what its uses then check. */
async function usesOf(service: ExposedService, path: string, type: KeyTypeName): Promise<[Use, ...Use[]]> {
  const { family } = keyTypes[type]
  const post = (name: string, payload: object, body?: object): Use => {
    return {
      name,
      method: 'POST',
      path: `${path}/${name}`,
      payload,
      body,
      secret: !['verify', 'verifymulti'].includes(name),
    }
  }
  const ask = (name: string, payload: object) => ok(service.ask('POST', `${path}/${name}`, payload))
  switch (family) {
    case 'signature': {
      const { signature } = await ask('sign', { message })
      const body = await ok(service.ask('GET', `${path}/export`))
      const exported: Use = { name: 'export', method: 'GET', path: `${path}/export`, body, secret: false }
      return [post('verify', { signature, message }), exported, post('sign', { message })]
    }
    case 'aead': {
      const encrypted = await ask('encrypt', { message, associated_data })
      const payload = { ...encrypted, associated_data }
      return [post('decrypt', payload, { plaintext: message }), post('encrypt', { message, associated_data })]
    }
    case 'bbs-plus':
    case 'bbs': {
      const messages = [message, associated_data]
      const { signature } = await ask('signmulti', { messages })
      return [post('verifymulti', { signature, messages }), post('signmulti', { messages })]
    }
    case 'mac': {
      const { mac } = await ask('computemac', { data: message })
      return [post('verifymac', { mac, data: message }), post('computemac', { data: message }, { mac })]
    }
    case 'key-encapsulation': {
      const body = await ok(service.ask('GET', `${path}/export`))
      const recipient_pub_key = { type: 'AKP', curve: type, x: body.public_key }
      const wrapped_key = await ok(service.ask('POST', `${path.split('/keys/')[0]}/wrap`, { cek, recipient_pub_key }))
      const exported: Use = { name: 'export', method: 'GET', path: `${path}/export`, body, secret: false }
      return [post('unwrap', { wrapped_key }, { key: cek }), exported]
    }
    case 'key-agreement': {
      const body = await ok(service.ask('GET', `${path}/export`))
      const recipient_pub_key = JSON.parse(Buffer.from(body.public_key, 'base64').toString())
      const wrapped_key = await ok(service.ask('POST', `${path.split('/keys/')[0]}/wrap`, { cek, recipient_pub_key }))
      const exported: Use = { name: 'export', method: 'GET', path: `${path}/export`, body, secret: false }
      return [post('unwrap', { wrapped_key }, { key: cek }), exported, post('wrap', { cek, recipient_pub_key })]
    }
  }
}

/** What comes of a use: `right`, the code of an error in the one shape that errors have, or what else was answered. */
export async function outcomeOf(service: ExposedService, use: Use): Promise<string> {
  const { status, body } = await service.ask(use.method, use.path, use.payload)
  if (status === 200 && (use.body === undefined || isDeepStrictEqual(body, use.body))) return 'right'
  const isError = status >= 400 && [body?.code, body?.message, body?.errMessage].every(text => typeof text === 'string')
  return isError ? body.code : `${status} ${JSON.stringify(body)}`
}

async function ok(answer: Promise<Answer>): Promise<Answer['body']> {
  const { status, body } = await answer
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}

const lastOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1)
