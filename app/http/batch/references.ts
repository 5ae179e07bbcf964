import { type TSchema, Type } from '@sinclair/typebox'

/** Names what an item before has made, in place of bytes. */
export interface Reference {
  /** The item's `id`. */
  readonly from: string
  /** A member of its answer. */
  readonly member: string
}

export const ItemId = Type.String({ minLength: 1, maxLength: 128 })
export const ReferenceFields = { from: ItemId, member: Type.String() }
const ReferenceSchema = Type.Object(ReferenceFields, { additionalProperties: false })

/** The schema of a body in which references may stand wherever bytes do. */
export function withReferences<Schema extends TSchema>(schema: Schema): Schema {
  const { anyOf, properties } = schema as { anyOf?: readonly TSchema[]; properties?: Readonly<Record<string, TSchema>> }
  if (anyOf?.some(isBytes)) return { ...schema, anyOf: [...anyOf, ReferenceSchema] }
  if (anyOf !== undefined) return { ...schema, anyOf: anyOf.map(withReferences) }
  if (properties === undefined) return schema
  const inner = Object.entries(properties).map(([name, property]) => [name, withReferences(property)])
  return { ...schema, properties: Object.fromEntries(inner) }
}

/** What of an answer can be referred to: the bytes. */
export function byteMembers({ properties }: { readonly properties: Readonly<Record<string, TSchema>> }): Set<string> {
  return new Set(Object.keys(properties).filter(name => isBytes(properties[name])))
}

function isBytes(schema: TSchema | undefined): boolean {
  return schema?.['contentEncoding'] === 'base64'
}

/** All references in a body that is as such a schema says. */
export function referencesIn(value: unknown): Reference[] {
  if (typeof value !== 'object' || value === null) return []
  return isReference(value) ? [value] : Object.values(value).flatMap(referencesIn)
}

/** The body with what they stand for. */
export function replaceReferences(value: unknown, take: (reference: Reference) => Uint8Array): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (isReference(value)) return take(value)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replaceReferences(member, take)]))
}

function isReference(value: object): value is Reference {
  const { from, member } = value as Partial<Reference>
  return typeof from === 'string' && typeof member === 'string'
}
