import { contentKeyTypeNames, digest, digestNames } from '@keyhold/core'
import { type TObject, type TSchema, Type } from '@sinclair/typebox'
import type { KeyOperation } from '../key-operation.ts'
import { keyOperations } from '../routes/key-operations.ts'
import { anonymousWrap } from '../routes/wrap.ts'
import { Base64, Bytes, bytesOf } from '../schema.ts'
import { byteMembers, ItemId, ReferenceFields, withReferences } from './references.ts'

/** What an item of a batch can ask for, beside the operations of which each has a route of its own. */
const HashRequest = Type.Object({
  algorithm: Type.Union(digestNames.map(name => Type.Literal(name))),
  message: Bytes,
})

/** Uses no key, so that nobody needs to be allowed to. */
const hashing: Omit<KeyOperation<typeof HashRequest>, 'action'> = {
  name: 'hash',
  body: HashRequest,
  reply: Type.Object({ digest: Base64 }),
  read({ algorithm, message }) {
    const data = bytesOf(message, 'message')
    return async () => ({ digest: digest(algorithm, data) })
  },
}

export interface BatchOperation extends Omit<KeyOperation, 'action' | 'body'> {
  /** What its caller must be allowed to do with the key, or with the keystore if there is none. */
  readonly action?: KeyOperation['action']
  /** What of its answer can be referred to. */
  readonly members: ReadonlySet<string>
}

/** A key that is unwrapped by an item before, in place of one of the keystore. */
const ContentKey = Type.Object(
  { ...ReferenceFields, key_type: Type.Union(contentKeyTypeNames.map(name => Type.Literal(name))) },
  { additionalProperties: false },
)
const usingContentKeys = ['encrypt', 'decrypt']

const keyed = keyOperations.map(operation => {
  const key = usingContentKeys.includes(operation.name) ? Type.Union([Type.String(), ContentKey]) : Type.String()
  return { operation, item: itemOf(operation, { key }) }
})
const keyless = [anonymousWrap as unknown as KeyOperation, hashing as unknown as Omit<KeyOperation, 'action'>].map(
  operation => ({ operation, item: itemOf(operation, {}) }),
)

export const Item = Type.Union([...keyed, ...keyless].map(({ item }) => item))

/** Every member that an answer may have. */
export const replyFields: Readonly<Record<string, TSchema>> = Object.assign(
  {},
  ...[...keyed, ...keyless].map(({ operation }) => operation.reply?.properties),
)

const withKey = tableOf(keyed)
const withoutKey = tableOf(keyless)

/** What an item asks for that is as its schema says. */
export function operationOfItem({ operation, key }: { readonly operation: string; readonly key?: unknown }) {
  const found = (key === undefined ? withoutKey : withKey).get(operation)
  if (found === undefined) throw new Error(`no schema has the operation ${operation}`)
  return found
}

function itemOf({ name, body }: Pick<KeyOperation, 'name' | 'body'>, key: Readonly<Record<string, TSchema>>): TObject {
  const { properties } = withReferences(body) as unknown as TObject
  const fields = {
    operation: Type.Literal(name),
    ...key,
    id: Type.Optional(ItemId),
    answer: Type.Optional(Type.Boolean()),
  }
  return Type.Object({ ...fields, ...properties }, { additionalProperties: false })
}

function tableOf(rows: readonly { readonly operation: Omit<KeyOperation, 'action'> }[]): Map<string, BatchOperation> {
  return new Map(
    rows.map(({ operation }) => {
      const members = operation.reply === undefined ? new Set<string>() : byteMembers(operation.reply)
      return [operation.name, { ...operation, members }]
    }),
  )
}
