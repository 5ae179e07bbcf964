import { randomUUID } from 'node:crypto'
import {
  computeMac,
  createKeystore,
  deriveProof,
  encodeBase64,
  encrypt,
  exportKey,
  importKey,
  type KeyAddress,
  type KeyTypeName,
  type Kms,
  sign,
  signMulti,
  updateKeystore,
  wrapAnonymously,
} from '@keyhold/core'
import { actors } from './actors.ts'
import { makeChain, rootIdOf } from './chain.ts'
import type { Invoked } from './invocation-text.ts'
import { baseUrl, type Places, rootPath } from './places.ts'
import type { CapabilityPlan, Plan, RootLooks } from './plan.ts'
import { type Json, trustblocRoot } from './trustbloc-capability.ts'
import type { World } from './world.ts'

/** What a plan is about, made real. */
export interface Scene extends Places {
  /** The delegations, the one below the root first. */
  readonly chain: readonly Json[]
  readonly invoked: Invoked
  /** The body of the request; undefined if its route has none. */
  readonly body: Buffer | undefined
  /** Unix time, milliseconds, at a whole second. */
  readonly signedAt: number
  readonly token: string
}

const local = { kind: 'local' } as const

/** Longer than any signature of any case could be accepted: no case sees what another one has sent. */
const between = 2_000_000

/** Makes the keystore, the key, the delegations and the body, at a time that no other scene has come near. */
export async function makeScene(world: World, plan: Plan): Promise<Scene> {
  world.clock.advance(between - (world.clock.now() % 1000))
  const signedAt = world.clock.now()
  const { controller, form } = plan.keystore
  const url = plan.keystore.state === 'unknown' ? unknownUrl() : await makeKeystore(world, actors[controller][form])
  const places: Places = {
    keystore: url,
    sibling: await makeKeystore(world, actors[controller][form]),
    strangers: await makeKeystore(world, actors.stranger.url),
    fresh: randomUUID,
  }
  await prepare(world, plan, url)
  const chain =
    plan.capability.kind === 'delegated'
      ? makeChain(plan.capabilityDialect, plan.capability.links, places, signedAt)
      : []
  const invoked = await whatIsInvoked(world, plan, places, chain, signedAt)
  for (const event of plan.events) if (event.what === 'handed over') await handOver(world, url, actors[event.to].url)
  const body = await writeBody(world, plan, url, plan.route.proof === 'revocation' ? invoked.json : undefined)
  return { ...places, chain, invoked, body, signedAt, token: world.token }
}

async function makeKeystore({ kms }: World, controller: string): Promise<string> {
  return (await createKeystore(kms, local, { controller })).url
}

function unknownUrl(): string {
  return `${baseUrl}${rootPath}/${randomUUID().replaceAll('-', '').slice(0, 24)}`
}

/** The key that the request is about; and the keystore's state, which nothing in the API changes. */
async function prepare({ kms }: World, { route, key, keystore }: Plan, url: string): Promise<void> {
  const stored = await kms.records.findKeystore(idOf(url))
  if (stored === undefined) return
  if (route.keyType !== undefined && /^[\w-]+$/.test(key.routed)) {
    const command = { keystoreId: stored.id, keyType: route.keyType, keyId: key.routed }
    await importKey(kms, local, { ...command, key: secretOf(route.keyType) })
  }
  if (keystore.state === 'active') return
  await kms.records.replaceKeystore({ ...stored, state: 'suspended', revision: stored.revision + 1 })
}

/** A fresh copy: whoever imports wipes it. */
function secretOf(type: KeyTypeName): Uint8Array {
  const secret = Buffer.alloc(32, 7)
  // RFC 8410 section 7: PKCS#8 up to the key itself.
  const prefixes: Partial<Record<KeyTypeName, string>> = {
    ED25519: '302e020100300506032b657004220420',
    X25519ECDHKW: '302e020100300506032b656e04220420',
  }
  return Buffer.concat([Buffer.from(prefixes[type] ?? '', 'hex'), secret])
}

async function handOver({ kms }: World, url: string, controller: string): Promise<void> {
  const { id = '', revision = 0 } = (await kms.records.findKeystore(idOf(url))) ?? {}
  await updateKeystore(kms, local, { keystoreId: id, controller, revision: revision + 1 })
}

async function whatIsInvoked(
  world: World,
  plan: Plan,
  places: Places,
  chain: readonly Json[],
  now: number,
): Promise<Invoked> {
  const { capability, capabilityDialect } = plan
  if (capability.kind === 'delegated')
    return { rootId: rootIdOf(capabilityDialect, places.keystore), json: chain.at(-1) }
  const url = capability.kind === 'root' ? rootUrl(capability, places) : places.keystore
  const looks = capability.kind === 'root' ? capability.looks : 'as answered'
  return { rootId: rootIdOf(capabilityDialect, url), json: await rootJson(world, url, looks, plan, now) }
}

function rootUrl({ of }: Extract<CapabilityPlan, { kind: 'root' }>, places: Places): string {
  return { this: places.keystore, sibling: places.sibling, "stranger's": places.strangers, nothing: unknownUrl() }[of]
}

/** What the server has answered for this keystore, or something that was made to look like it. */
async function rootJson({ kms }: World, url: string, looks: RootLooks, plan: Plan, now: number): Promise<Json> {
  const { by } = plan.signature
  const stored = (await kms.records.findKeystore(idOf(url)))?.rootCapability
  const made = trustblocRoot(url, actors[by].url, 'stranger', now)
  const answered: Json = stored === undefined ? made : JSON.parse(Buffer.from(stored).toString('utf8'))
  const { id: _id, ...withoutId } = answered
  const { proof: _proof, ...withoutProof } = answered
  const forms: Record<RootLooks, Json> = {
    'as answered': answered,
    'forged by its sender': trustblocRoot(url, actors[by].url, 'stranger', now),
    'with another proof': { ...answered, proof: made['proof'] },
    'with fewer actions': { ...answered, allowedAction: ['wrap'] },
    'with another target': { ...answered, invocationTarget: { ID: 'https://other.example', Type: 'urn:kms:keystore' } },
    'with an old expiry': { ...answered, expires: '2020-01-01T00:00:00Z' },
    'with a parent': { ...answered, parentCapability: url },
    'with an unknown member': { ...answered, admin: true },
    'without an id': withoutId,
    'without a proof': withoutProof,
  }
  return forms[looks]
}

async function writeBody(world: World, plan: Plan, url: string, revoked: unknown): Promise<Buffer | undefined> {
  const body = await writeOne(world, plan, url, revoked)
  if (!plan.route.batch || body === undefined) return body
  const item = JSON.parse(body.toString())
  return json({ items: [plan.route.namesKey ? { ...item, key: plan.key.routed } : item] })
}

async function writeOne({ kms }: World, plan: Plan, url: string, revoked: unknown): Promise<Buffer | undefined> {
  const { body } = plan.route
  if (body === undefined) return undefined
  if ('fields' in body) return json(body.fields)
  if (body.made === 'revoked') return json(revoked)
  const keystore = await kms.records.findKeystore(idOf(url))
  const { who, form } = plan.names
  const { did, url: keyUrl } = actors[who]
  const controller = { did, url: keyUrl, 'other fragment': `${did}#key-1` }[form]
  if (body.made === 'creation') return json({ controller })
  if (body.made === 'hand-over') return json({ controller, revision: (keystore?.revision ?? 1) + 1 })
  const message = Buffer.from('hello')
  // Nothing can be made with a key that is not there; then what is sent is never looked at.
  const isThere = keystore?.state === 'active' && /^[\w-]+$/.test(plan.key.routed)
  const address = { keystoreId: idOf(url), keyId: plan.key.routed }
  const data = encodeBase64(message)
  switch (body.made) {
    case 'signature':
      return json({
        message: data,
        signature: isThere ? encodeBase64(await sign(kms, local, { ...address, message })) : '',
      })
    case 'mac':
      return json({
        data,
        mac: isThere ? encodeBase64(await computeMac(kms, local, { ...address, data: message })) : '',
      })
    case 'multi-signature':
    case 'proof-request':
    case 'proof':
      return json(isThere ? await multiBody(kms, address, body.made) : { messages: [data] })
    case 'ciphertext': {
      if (!isThere) return json({ ciphertext: '', nonce: '' })
      const associatedData = new Uint8Array(0)
      const { ciphertext, nonce } = await encrypt(kms, local, { ...address, message, associatedData })
      return json({ ciphertext: encodeBase64(ciphertext), nonce: encodeBase64(nonce) })
    }
    case 'wrapped key':
      return json({ wrapped_key: isThere ? await wrapFor(kms, address) : { alg: 'ECDH-ES+A256KW' } })
  }
}

async function wrapFor(kms: World['kms'], { keystoreId, keyId }: { keystoreId: string; keyId: string }) {
  const { publicKey } = await exportKey(kms, local, { keystoreId, keyId })
  const { x, curve, type } = JSON.parse(Buffer.from(publicKey).toString('utf8'))
  const none = new Uint8Array(0)
  const recipient = { x: Buffer.from(x, 'base64'), curve, type }
  const wrapped = await wrapAnonymously(kms, local, {
    keystoreId,
    cek: Buffer.alloc(32),
    recipient,
    apu: none,
    apv: none,
  })
  return {
    encryptedcek: encodeBase64(wrapped.encryptedCek),
    epk: wrapped.epk && { ...wrapped.epk, x: encodeBase64(wrapped.epk.x) },
    alg: wrapped.algorithm,
    apu: encodeBase64(wrapped.apu),
  }
}

async function multiBody(kms: Kms, address: KeyAddress, made: 'multi-signature' | 'proof-request' | 'proof') {
  const statement = { ...address, messages: [Buffer.from('hello')], header: new Uint8Array(0) }
  const messages = statement.messages.map(encodeBase64)
  const signature = await signMulti(kms, local, statement)
  if (made === 'multi-signature') return { messages, signature: encodeBase64(signature) }
  const revealed = [0]
  if (made === 'proof-request') return { messages, signature: encodeBase64(signature), revealed_indexes: revealed }
  const proof = await deriveProof(kms, local, { ...statement, signature, revealed, nonce: new Uint8Array(0) })
  return { messages, proof: encodeBase64(proof) }
}

function json(body: unknown): Buffer {
  return Buffer.from(JSON.stringify(body))
}

function idOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1)
}
