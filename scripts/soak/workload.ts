import type { UnitRandom } from '../bench/statistics.ts'
import type { Answer } from '../http-client.ts'
import { Caller, type Keystore, randomText } from './caller.ts'

/** How much is made at most, so that what is stored does not grow any more when it is measured. */
export interface Bounds {
  readonly keystores: number
  /** Keys of one keystore and purpose, counted with their versions. */
  readonly versions: number
}

interface Owned {
  readonly caller: Caller
  readonly keystore: Keystore
}

/** What a task does, and which statuses it may be answered. */
export interface Task {
  readonly name: string
  /** How often it is done, beside the others. */
  readonly weight: number
  readonly run: (scene: Scene) => Promise<Answer>
  readonly statuses: readonly number[]
}

const keyTypes: Readonly<Record<string, string>> = {
  sign: 'ED25519',
  signDer: 'ECDSAP256DER',
  aead: 'AES256GCM',
  mac: 'HMACSHA256Tag256',
  agreement: 'X25519ECDHKW',
  multi: 'BLS12381G2-SHA-256',
}

const callerCount = 20
/** So many of them. */
const delegateCount = 2
/** Strangers' addresses: more than anybody should come from, and as many again and again. */
const addressCount = 1000

/** Whoever calls the service, and what they have made of it. */
export class Scene {
  readonly service: string
  readonly random: UnitRandom
  readonly callers: readonly Caller[]
  readonly owned: Owned[] = []
  /** Who owns nothing, and may use what is others'. */
  readonly delegates: readonly Caller[]
  readonly #delegated = new Map<string, object>()
  readonly #bounds: Bounds
  #made = 0
  #versions = 0

  private constructor(service: string, bounds: Bounds, random: UnitRandom, everybody: readonly Caller[]) {
    this.service = service
    this.#bounds = bounds
    this.random = random
    this.callers = everybody.slice(delegateCount)
    this.delegates = everybody.slice(0, delegateCount)
  }

  static async open(service: string, bounds: Bounds, random: UnitRandom): Promise<Scene> {
    const addresses = Array.from({ length: callerCount }, (_, index) => `192.0.2.${index + 1}`)
    const scene = new Scene(service, bounds, random, await Promise.all(addresses.map(Caller.make)))
    await scene.makeKeystore()
    return scene
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)] as T
  }

  /** A keystore of a caller, with a key for each purpose. */
  some(): Owned {
    return this.pick(this.owned)
  }

  async makeKeystore(): Promise<Answer> {
    const { caller, keystore } = await this.#newKeystore()
    for (const [purpose, key_type] of Object.entries(keyTypes)) {
      const { status, body } = await caller.send('POST', `${keystore.url}/keys`, { key_type }, keystore.root)
      if (status !== 200) throw new Error(`no key was made: ${status}`)
      keystore.keys.set(purpose, body.key_url)
    }
    this.owned.push({ caller, keystore })
    return caller.send('GET', keystore.url)
  }

  /** Invokes what the owner of a keystore may do with one of its keys. */
  use({ caller, keystore }: Owned, purpose: string, operation: string, body?: object): Promise<Answer> {
    const method = body === undefined ? 'GET' : 'POST'
    return caller.send(method, `${keystore.keys.get(purpose)}/${operation}`, body, keystore.root)
  }

  /** The capability for one action of a keystore in somebody else's hand: made once, since each is remembered for a while. */
  async delegated({ caller, keystore }: Owned, to: Caller, action: string): Promise<object> {
    const name = `${action} ${to.signer.didUrl} ${keystore.url}`
    const capability = this.#delegated.get(name) ?? (await caller.delegate(keystore, to.signer, action))
    this.#delegated.set(name, capability)
    return capability
  }

  get mayMakeKeystore(): boolean {
    return this.#made < this.#bounds.keystores
  }

  get mayMakeVersion(): boolean {
    this.#versions += 1
    return this.#versions <= this.#bounds.versions * this.#bounds.keystores
  }

  strangersAddress(): Readonly<Record<string, string>> {
    return { 'x-forwarded-for': `2001:db8:${Math.floor(this.random() * addressCount).toString(16)}::1` }
  }

  async #newKeystore(): Promise<Owned> {
    this.#made += 1
    const caller = this.pick(this.callers)
    return { caller, keystore: await caller.newKeystore(this.service) }
  }
}

const message = () => ({ message: randomText(64) })

/** The answer to the second of two requests, which the first one's is put into. */
async function there(
  scene: Scene,
  purpose: string,
  first: string,
  back: string,
  body: Readonly<Record<string, unknown>>,
) {
  const owned = scene.some()
  const made = await scene.use(owned, purpose, first, body)
  return made.status === 200 ? scene.use(owned, purpose, back, { ...body, ...made.body }) : made
}

export const tasks: readonly Task[] = [
  {
    name: 'sign and verify',
    weight: 24,
    statuses: [200],
    run: scene => there(scene, 'sign', 'sign', 'verify', message()),
  },
  {
    name: 'sign with P-256',
    weight: 12,
    statuses: [200],
    run: scene => scene.use(scene.some(), 'signDer', 'sign', message()),
  },
  {
    name: 'encrypt and decrypt',
    weight: 18,
    statuses: [200],
    run: scene => there(scene, 'aead', 'encrypt', 'decrypt', { ...message(), associated_data: randomText(16) }),
  },
  {
    name: 'compute and verify a MAC',
    weight: 9,
    statuses: [200],
    run: scene => there(scene, 'mac', 'computemac', 'verifymac', { data: randomText(64) }),
  },
  { name: 'wrap and unwrap', weight: 6, statuses: [200], run: wrapAndUnwrap },
  {
    name: 'sign many messages',
    weight: 1,
    statuses: [200],
    run: scene => scene.use(scene.some(), 'multi', 'signmulti', { messages: [randomText(16), randomText(16)] }),
  },
  { name: 'export', weight: 6, statuses: [200], run: scene => scene.use(scene.some(), 'sign', 'export') },
  { name: 'describe', weight: 3, statuses: [200], run: describe },
  { name: 'list public keys', weight: 3, statuses: [200], run: listPublicKeys },
  { name: 'create', weight: 3, statuses: [200], run: create },
  { name: 'rotate', weight: 3, statuses: [200, 409], run: rotate },
  { name: 'use a delegation', weight: 6, statuses: [200], run: useDelegation },
  { name: 'refused: no proof', weight: 6, statuses: [401, 429], run: unproven },
  { name: 'refused: not allowed', weight: 3, statuses: [403], run: notAllowed },
  { name: 'refused: not well-formed', weight: 3, statuses: [400], run: malformed },
  { name: 'refused: no such key', weight: 3, statuses: [404], run: missing },
]

async function wrapAndUnwrap(scene: Scene): Promise<Answer> {
  const owned = scene.some()
  const exported = await scene.use(owned, 'agreement', 'export')
  const recipient_pub_key = JSON.parse(Buffer.from(exported.body.public_key, 'base64').toString())
  const { caller, keystore } = owned
  const wrapping = { cek: randomText(32), recipient_pub_key }
  const { body } = await caller.send('POST', `${keystore.url}/wrap`, wrapping, keystore.root)
  return scene.use(owned, 'agreement', 'unwrap', { wrapped_key: body })
}

async function describe(scene: Scene): Promise<Answer> {
  const { caller, keystore } = scene.some()
  return caller.send('GET', keystore.url)
}

async function listPublicKeys(scene: Scene): Promise<Answer> {
  const { caller, keystore } = scene.some()
  return caller.send('GET', `${keystore.url}/jwks`)
}

async function create(scene: Scene): Promise<Answer> {
  return scene.mayMakeKeystore ? scene.makeKeystore() : describe(scene)
}

async function rotate(scene: Scene): Promise<Answer> {
  const owned = scene.some()
  if (!scene.mayMakeVersion) return scene.use(owned, 'sign', 'export')
  const answer = await scene.use(owned, 'sign', 'rotate', { key_type: keyTypes['sign'] })
  if (answer.status === 200) owned.keystore.keys.set('sign', answer.body.key_url)
  return answer
}

async function useDelegation(scene: Scene): Promise<Answer> {
  const owned = scene.some()
  const { keystore } = owned
  const other = scene.pick(scene.delegates)
  const capability = await scene.delegated(owned, other, 'sign')
  return other.send('POST', `${keystore.keys.get('sign')}/sign`, message(), capability)
}

async function unproven(scene: Scene): Promise<Answer> {
  const { caller, keystore } = scene.some()
  const forged = { authorization: `Bearer ${randomText(24)}`, ...scene.strangersAddress() }
  return caller.sendPlain('POST', `${keystore.keys.get('sign')}/sign`, message(), forged)
}

async function notAllowed(scene: Scene): Promise<Answer> {
  const owned = scene.some()
  const other = scene.pick(scene.delegates)
  const capability = await scene.delegated(owned, other, 'verify')
  return other.send('POST', `${owned.keystore.keys.get('sign')}/sign`, message(), capability)
}

async function malformed(scene: Scene): Promise<Answer> {
  return scene.use(scene.some(), 'sign', 'sign', { message: '*' })
}

async function missing(scene: Scene): Promise<Answer> {
  const { caller, keystore } = scene.some()
  return caller.send(
    'GET',
    `${keystore.url}/keys/${randomText(12).replaceAll(/[+/]/g, '-')}/export`,
    undefined,
    keystore.root,
  )
}
