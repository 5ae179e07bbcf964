import { type KeyTypeName, keyTypeNames, publicFormNames } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import type { Family, KeyType } from '@keyhold/core/algorithms/key-type.js'
import { x25519 } from '@noble/curves/ed25519.js'
import t from 'tap'
import { unwrap, wrap } from '../../support/agreement.ts'
import { base64, buildApp, type Request, type TestApp } from '../../support/build-app.ts'
import { families, familyOf, typesOf, use, useRequest, useStatus } from '../../support/families.ts'
import { quickAttributes } from '../../support/quick-attributes.ts'

/** What can be asked of a key, and of which rows of the table. */
interface Operation {
  readonly name: string
  supportedBy(row: KeyType, type: KeyTypeName): boolean
  request(keyPath: string, type: KeyTypeName): Request
  /** What it comes to with any other key, if that is not 422. */
  readonly otherwise?: number
}

/** What a key of each family makes, and what it then makes of that; the latter by a key in this keystore. */
async function operationsIn(app: TestApp, keystore: string): Promise<Operation[]> {
  const operations: Operation[] = []
  for (const family of families) {
    const [sample = 'ED25519'] = typesOf(family)
    const supportedBy = (_row: KeyType, type: KeyTypeName) => routesOf(familyOf(type)) === routesOf(family)
    const check = await use[family](app, await app.key(sample, keystore), 'text')
    const makes: Operation = {
      name: `what ${family} makes`,
      supportedBy,
      request: (path, type) => useRequest[family](path, familyOf(type) === family ? type : sample),
    }
    // What another key made is a failure with a key of the family, and unsupported with any other.
    operations.push(makes, { name: `what ${family} checks`, supportedBy, request: path => check(path) })
  }
  return [...operations, ...proofOperations, ...boxOperations(), ...credentialOperations, ...exports, rotation]
}

/** Both schemes that sign several messages at once have the same routes. */
function routesOf(family: Family): string {
  return family.replace('bbs-plus', 'bbs')
}

const proofOperations: readonly Operation[] = [
  ['deriveproof', { messages: [null], signature: base64('none'), revealed_indexes: [0] }],
  ['verifyproof', { messages: [null], proof: base64('none'), revealed_indexes: [0] }],
].map(([name, body]) => ({
  name: String(name),
  supportedBy: ({ multiVerifier }) => multiVerifier !== undefined,
  request: path => ({ method: 'POST', path: `${path}/${name}`, body }),
}))

/** No key of this server makes CL signatures. */
const credentialOperations: readonly Operation[] = (
  [
    ['POST', 'blind'],
    ['GET', 'correctnessproof'],
    ['POST', 'signwithsecrets'],
  ] as const
).map(([method, name]) => ({
  name,
  supportedBy: () => false,
  request: path => ({ method, path: `${path}/${name}`, ...(method === 'POST' && { body: {} }) }),
  otherwise: 501,
}))

function boxOperations(): Operation[] {
  const supportedBy = ({ box }: KeyType) => box !== undefined
  const their_pub = base64(x25519.getPublicKey(new Uint8Array(32).fill(1)))
  const nonce = base64(new Uint8Array(24))
  const opening = { ciphertext: base64('too short'), my_pub: base64(new Uint8Array(32).fill(2)) }
  return [
    { name: 'easy', supportedBy, request: path => wrap(path, { payload: base64('text'), nonce, their_pub }) },
    { name: 'easyOpen', supportedBy, request: path => unwrap(path, { ...opening, nonce, their_pub }) },
    { name: 'sealOpen', supportedBy, request: path => unwrap(path, opening) },
  ]
}

const exports: readonly Operation[] = ['', ...publicFormNames.map(name => `?format=${name}`)].map(query => ({
  name: `export${query}`,
  // A public key of any type can be exported, if not in every form.
  supportedBy: ({ publicPart }) => publicPart !== undefined,
  request: path => ({ method: 'GET', path: `${path}/export${query}` }),
}))

const rotation: Operation = {
  name: 'rotate',
  supportedBy: () => true,
  request: (path, type) => ({
    method: 'POST',
    path: `${path}/rotate`,
    body: { key_type: type, attrs: quickAttributes },
  }),
}

t.test('every operation with a key of every type', async t => {
  const app = await buildApp(t)
  const keystore = await app.keystore()
  const operations = await operationsIn(app, keystore)
  const wrong: string[] = []
  let supported = 0
  for (const type of keyTypeNames) {
    // Of all operations the last one alone changes the key.
    const key = await app.key(type, keystore)
    for (const { name, supportedBy, request, otherwise = 422 } of operations) {
      const { status, text } = await app.send(request(key, type))
      const expected = supportedBy(keyTypes[type], type)
      if (expected) supported += 1
      if (expected ? status === 422 || status >= 500 : status !== otherwise)
        wrong.push(`${type}: ${name}: ${status} ${text}`)
    }
  }
  t.strictSame(wrong, [])
  t.comment(`${supported} of ${keyTypeNames.length * operations.length} are supported`)
})

t.test('every operation of a family works with every type of it', async t => {
  const app = await buildApp(t)
  for (const type of keyTypeNames) {
    const path = await app.key(type)
    const check = await use[familyOf(type)](app, path, 'text')
    t.equal((await app.send(useRequest[familyOf(type)](path, type))).status, useStatus(type), `${type}: makes`)
    t.equal((await app.send(check(path))).status, 200, `${type}: checks what it made`)
  }
})
