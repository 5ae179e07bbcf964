import { concatBytes } from '@noble/hashes/utils.js'
import { base64nopad } from '@scure/base'
import { encodeUrl } from './bytes.ts'

/** A capability of either dialect, as JSON. */
export type Capability = Readonly<Record<string, unknown>>

/** Bytes of a capability's JSON at most, as the service takes it. */
const maximumLength = 65_536

/**
 * Reads a capability in any of the forms in which it is passed on: JSON, or its gzip compressed text in base64 (as
 * creating a keystore answers it) or base64url (as a request carries it). @throws Error if it is none of them
 */
export async function readCapability(text: string): Promise<Capability> {
  // What a parser says of a text repeats a part of it: whoever has mistaken the file may have given a private key.
  const capability = await parse(text.trim()).catch(() => undefined)
  if (typeof capability !== 'object' || capability === null) {
    throw new Error('this is no capability in a form that is known')
  }
  return capability as Capability
}

async function parse(text: string): Promise<unknown> {
  return JSON.parse(text.startsWith('{') ? text : await inflate(text))
}

const compressed = new WeakMap<object, Promise<string>>()

/**
 * The compressed form of a capability in a header: base64url, padded for the reference. A capability is compressed once
 * for as long as it is held, so it must not be changed.
 */
export async function compressCapability(capability: object, padded: boolean): Promise<string> {
  const compressing = compressed.get(capability) ?? gzip(capability).then(encodeUrl)
  compressed.set(capability, compressing)
  const text = await compressing
  return padded ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text
}

function gzip(capability: object): Promise<Uint8Array> {
  return bytesOf(new Blob([JSON.stringify(capability)]).stream().pipeThrough(new CompressionStream('gzip')))
}

async function inflate(text: string): Promise<string> {
  const bytes = base64nopad.decode(text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, ''))
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new TextDecoder().decode(await bytesOf(stream))
}

/** @throws RangeError if there are more than a capability has: a few bytes of gzip may be a great many */
async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > maximumLength) {
      await reader.cancel()
      throw new RangeError('the capability is too large')
    }
    chunks.push(value)
  }
  return concatBytes(...chunks)
}
