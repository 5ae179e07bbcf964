import type { AccessRight } from '../ports/index.ts'
import { type Action, capabilityActions } from '../zcap/action.ts'

/** What a token can allow: whatever a capability can, and to create keystores, which no capability is about. */
export type TokenAction = Action | 'createKeyStore'

const tokenActions: readonly string[] = ['createKeyStore', ...capabilityActions]

/** General members of a right (RFC 9635 section 8.1) that narrow it to something which is not known here. */
const narrowing = ['datatypes', 'identifier', 'privileges'] as const

/**
 * The rights that an issuer names for a token, as far as they are about this service: objects whose `type` is the
 * service's, and texts (RFC 9635 section 8.2, or a scope of OAuth 2.0) that are the type itself, for everything, or
 * `TYPE:ACTION` for one action. Whatever else there is allows nothing here.
 */
export function readAccessRights(rights: readonly unknown[], type: string): AccessRight[] {
  return rights.flatMap(right => (typeof right === 'string' ? ofText(right, type) : ofObject(right, type)) ?? [])
}

function ofText(text: string, type: string): AccessRight | undefined {
  if (text === type) return {}
  const action = text.startsWith(`${type}:`) ? text.slice(type.length + 1) : ''
  return tokenActions.includes(action) ? { actions: [action] } : undefined
}

function ofObject(right: unknown, type: string): AccessRight | undefined {
  const members = (right ?? {}) as Readonly<Record<string, unknown>>
  if (members['type'] !== type || narrowing.some(name => members[name] !== undefined)) return undefined
  const { actions, locations } = members as { actions?: unknown; locations?: unknown }
  const isReadable = isAbsentOrTexts(actions) && isAbsentOrTexts(locations)
  if (!isReadable) return undefined
  return {
    ...(actions !== undefined && { actions }),
    ...(locations !== undefined && { locations: locations.filter(isPlace).map(withoutSlash) }),
  }
}

/** With less than a whole origin everything would be below it. */
function isPlace(location: string): boolean {
  return /^https?:\/\/[^/]+/.test(location)
}

function withoutSlash(location: string): string {
  return location.replace(/\/$/, '')
}

function isAbsentOrTexts(value: unknown): value is readonly string[] | undefined {
  return value === undefined || (Array.isArray(value) && value.every(item => typeof item === 'string'))
}
