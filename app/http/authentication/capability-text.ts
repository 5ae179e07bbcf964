import { gunzipSync, gzipSync } from 'node:zlib'
import { unauthenticated } from '@keyhold/core'

const maximumHeader = 16 * 1024
const maximumJson = 64 * 1024

export interface InvocationHeader {
  readonly action: string
  /** Of the root, if it is invoked by its id. */
  readonly rootId?: string
  /** Compressed, base64url. */
  readonly capability?: string
}

/**
 * Parses `Capability-Invocation: zcap capability="…",action="…"`, or with `id="…"` instead of the capability. No other
 * parameter, none twice, and no space but the one after the scheme. @throws KmsError UNAUTHENTICATED
 */
export function parseInvocation(text: string): InvocationHeader {
  if (text.length > maximumHeader) throw unauthenticated('the invocation is too long')
  const [, name, value, action] = /^zcap (capability|id)="([^"]+)",action="([A-Za-z]{1,64})"$/i.exec(text) ?? []
  if (value === undefined || action === undefined) throw unauthenticated('the invocation cannot be parsed')
  return name === 'id' ? { action, rootId: value } : { action, capability: value }
}

/** A compressed capability, and how many bytes its JSON has: a short text may be a long one. @throws KmsError UNAUTHENTICATED */
export function inflateCapability(text: string): { readonly json: unknown; readonly length: number } {
  const bytes = Buffer.from(text, 'base64url')
  const canonical = bytes.toString('base64url')
  // Padding is what the reference demands and others leave out.
  if (text !== canonical && text !== canonical.padEnd(Math.ceil(canonical.length / 4) * 4, '=')) {
    throw unauthenticated('the capability is not base64url')
  }
  try {
    const inflated = gunzipSync(bytes, { maxOutputLength: maximumJson })
    return { json: JSON.parse(inflated.toString('utf8')), length: inflated.length }
  } catch {
    throw unauthenticated('the capability cannot be read')
  }
}

/** The compressed form of a capability, as creating a keystore answers it. */
export function deflateCapability(json: Uint8Array): Uint8Array {
  return gzipSync(json)
}
