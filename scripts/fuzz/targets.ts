import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { readChain } from '@keyhold/adapters/zcap-ccg/read-chain.js'
import { parseContentDigest, parseDigest } from '@keyhold/app/http/authentication/body-digest.js'
import { inflateCapability, parseInvocation } from '@keyhold/app/http/authentication/capability-text.js'
import {
  decodeBase64,
  encodeBase64,
  openSslEd25519,
  parseSignature,
  readAccessRights,
  readMessageSignature,
  readShare,
  readTrustblocCapability,
  signingString,
  type VerificationKey,
} from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import type { SynchronousPublicPart } from '@keyhold/core/algorithms/key-type.js'
import { resolveDidJwk } from '@keyhold/core/dids/did-jwk.js'
import { resolveDidKey } from '@keyhold/core/dids/did-key.js'
import { decodeMultibase, encodeMultibase } from '@keyhold/core/encoding/multibase.js'
import { canonicalNQuads, type Quad } from '@keyhold/core/zcap/trustbloc/n-quads.js'
import { capabilityQuads, proofQuads } from '@keyhold/core/zcap/trustbloc/proof.js'
import { parseDictionary } from 'structured-headers'
import { seeds } from './seeds.ts'

const verifying = { ed25519: openSslEd25519 }

export interface FuzzTarget {
  /** Valid inputs to begin with. */
  readonly seeds: readonly Uint8Array[]
  /**
   * Reads an input, and checks of what it has read what must be so whatever the input was. Answers whether there was
   * something to read, or throws a `KmsError`; anything else that is thrown is a bug.
   */
  readonly accepts: (input: Uint8Array) => boolean
}

/** Every parser of what strangers send. */
export const targets: Readonly<Record<string, FuzzTarget>> = {
  'signature header': {
    seeds: seeds.signatureHeaders,
    accepts(input) {
      const parsed = parseSignature(latin1(input), 'number') ?? parseSignature(latin1(input), 'quoted')
      if (parsed === undefined) return false
      ok(parsed.covered.length > 0 && new Set(parsed.covered).size === parsed.covered.length)
      ok(latin1(input).includes(`signature="${encodeBase64(parsed.signature)}"`))
      return true
    },
  },
  'signing string': {
    seeds: seeds.requests,
    accepts(input) {
      const [header = '', line = '', ...fields] = latin1(input).split('\n')
      const [method = '', target = ''] = line.split(' ')
      const headers: Record<string, string[]> = Object.create(null)
      for (const field of fields) {
        const [, name = '', value = ''] = /^([^:]*): ?(.*)$/.exec(field.toLowerCase()) ?? []
        headers[name] ??= []
        headers[name].push(value)
      }
      const signature = parseSignature(header, 'number') ?? parseSignature(header, 'quoted')
      const text = signature && signingString({ method, target, headers }, signature)
      if (text === undefined) return false
      strictEqual(text.split('\n').length, signature?.covered.length)
      return true
    },
  },
  // What verifies it reads the header a second time, and must read the same.
  'message signature': {
    seeds: seeds.messageSignatures,
    accepts(input) {
      const [signatureInput = '', signature = ''] = latin1(input).split('\n')
      const headers = { 'signature-input': [signatureInput], signature: [signature], authorization: ['x'] }
      const policy = { coverage: [], maximumAge: Number.POSITIVE_INFINITY, clockSkew: Number.POSITIVE_INFINITY }
      const head = { method: 'POST', target: '/', headers: { ...headers, 'content-digest': ['x'] } }
      const { covered, keyId, created } = readMessageSignature(head, policy, 0)
      const [[label, item] = [], ...others] = parseDictionary(signatureInput)
      const [components = [], parameters] = (item ?? []) as unknown as [
        [string, Map<string, unknown>][],
        Map<string, unknown>,
      ]
      deepStrictEqual(
        components.map(([name]) => name),
        covered,
      )
      ok(components.every(([, own]) => own.size === 0) && others.length === 0)
      deepStrictEqual([parameters?.get('keyid'), parameters?.get('created')], [keyId, Number(created)])
      deepStrictEqual([...parseDictionary(signature).keys()], [label])
      return true
    },
  },
  'content digest': {
    seeds: seeds.contentDigests,
    accepts(input) {
      const digest = parseContentDigest(latin1(input))
      if (digest === undefined) return false
      strictEqual(latin1(input), `${digest.algorithm.replace('sha', 'sha-')}=:${encodeBase64(digest.bytes)}:`)
      return true
    },
  },
  'access rights': {
    seeds: seeds.accessRights,
    accepts(input) {
      const rights = readAccessRights([json(input)].flat(), 'keyhold')
      ok(rights.every(({ locations = [] }) => locations.every(location => /^https?:\/\/[^/]+(\/|$)/.test(location))))
      return rights.length > 0
    },
  },
  'TrustBloc capability': {
    seeds: seeds.trustblocCapabilities,
    accepts(input) {
      const capability = readTrustblocCapability(json(input))
      if (capability === undefined) return false
      for (const quads of [capabilityQuads(capability), proofQuads(capability.proof[0])]) checkCanonical(quads)
      return true
    },
  },
  'CCG capability': {
    seeds: seeds.ccgCapabilities,
    accepts(input) {
      ok(readChain(json(input)).length <= 5)
      return true
    },
  },
  'did:key': {
    seeds: seeds.didKeys,
    accepts(input) {
      const key = resolveDidKey(latin1(input), verifying)
      if (key === undefined) return false
      deepStrictEqual(factsOf(resolveDidKey(key.id, verifying)), factsOf(key))
      return true
    },
  },
  'did:jwk': {
    seeds: seeds.didJwks,
    accepts(input) {
      const key = resolveDidJwk(latin1(input), verifying)
      if (key === undefined) return false
      deepStrictEqual(factsOf(resolveDidJwk(key.id, verifying)), factsOf(key))
      return true
    },
  },
  'JWK of a did:jwk': {
    seeds: seeds.didJwks.map(did => Buffer.from(latin1(did).slice('did:jwk:'.length, -'#0'.length), 'base64url')),
    accepts(input) {
      const key = resolveDidJwk(`did:jwk:${Buffer.from(input).toString('base64url')}`, verifying)
      if (key === undefined) return false
      strictEqual(key.publicKey.length, key.kind === 'Ed25519' ? 32 : 65)
      return true
    },
  },
  multibase: {
    seeds: seeds.multibase,
    accepts(input) {
      const bytes = decodeMultibase(latin1(input))
      if (bytes === undefined) return false
      strictEqual(encodeMultibase(bytes), latin1(input))
      return true
    },
  },
  'canonical N-Quads': {
    seeds: seeds.graphs,
    accepts(input) {
      const quads = graph(input)
      const text = canonicalNQuads(quads)
      strictEqual(canonicalNQuads([...quads].reverse()), text)
      if (text === undefined) return false
      strictEqual(text.split('\n').length, quads.length + 1)
      return true
    },
  },
  base64: {
    seeds: seeds.base64,
    accepts(input) {
      const text = latin1(input)
      strictEqual(encodeBase64(decodeBase64(text, 'field')), text.replace(/[\r\n]/g, ''))
      return true
    },
  },
  'exported X25519 public key': publicKeyTarget(keyTypes.X25519ECDHKW.publicPart, seeds.x25519PublicKeys),
  'exported P-521 public key': publicKeyTarget(keyTypes.NISTP521ECDHKW.publicPart, seeds.p521PublicKeys),
  'invocation header': {
    seeds: seeds.invocations,
    accepts(input) {
      const { action, rootId, capability } = parseInvocation(latin1(input))
      ok(/^[A-Za-z]+$/.test(action) && (rootId === undefined) !== (capability === undefined))
      return true
    },
  },
  'compressed capability': {
    seeds: seeds.compressed,
    accepts(input) {
      inflateCapability(latin1(input))
      return true
    },
  },
  'capability inside its compression': {
    seeds: [...seeds.trustblocCapabilities, ...seeds.ccgCapabilities],
    accepts(input) {
      inflateCapability(gzipSync(input, { level: 1 }).toString('base64url'))
      return true
    },
  },
  'digest header': {
    seeds: seeds.digests,
    accepts(input) {
      const digest = parseDigest(latin1(input))
      if (digest === undefined) return false
      strictEqual(digest.bytes.length, digest.algorithm === 'sha256' ? 32 : 64)
      return true
    },
  },
  'secret share': {
    seeds: seeds.vaultShares,
    accepts(input) {
      const share = readShare('gf256-11b', latin1(input))
      strictEqual(share.lend(encodeBase64), latin1(input))
      ok(share.length >= 17 && share.length <= 65 && share.lend(bytes => bytes.at(-1)) !== 0)
      return true
    },
  },
  'secret share of secrets.js': {
    seeds: seeds.secretsJsShares,
    accepts(input) {
      const share = readShare('secrets.js', latin1(input))
      strictEqual(share.lend(latin1), latin1(input))
      ok(/^8(?!00)[0-9a-f]{2}([0-9a-f]{2}){17,128}$/.test(latin1(input)))
      return true
    },
  },
}

/** What is accepted is exported again, as the same key. */
function publicKeyTarget(publicPart: SynchronousPublicPart, inputs: readonly Uint8Array[]): FuzzTarget {
  return {
    seeds: inputs,
    accepts(input) {
      const publicKey = publicPart.decode(input)
      deepStrictEqual(publicPart.decode(publicPart.encode(publicKey, 'id')), publicKey)
      return true
    },
  }
}

/** All of a key but what it does. */
function factsOf(key: VerificationKey | undefined) {
  return { ...key, verify: undefined }
}

function latin1(input: Uint8Array): string {
  return Buffer.from(input.buffer, input.byteOffset, input.length).toString('latin1')
}

/** What is no JSON does not get as far as a reader of capabilities. */
function json(input: Uint8Array): unknown {
  try {
    return JSON.parse(latin1(input))
  } catch {
    return undefined
  }
}

/** Whatever is accepted has a canonical form, with a statement on each line and nothing between the lines. */
function checkCanonical(quads: readonly Quad[]): void {
  const text = canonicalNQuads(quads) ?? ''
  ok(text.endsWith(' .\n'))
  const lines = text.slice(0, -1).split('\n')
  strictEqual(lines.length, quads.length)
  const statement =
    /^(<[!#-;=?-[\]_a-z~]+>|_:c14n\d+) <[^<>"\s]+> (<[!#-;=?-[\]_a-z~]+>|_:c14n\d+|"[ !#-[\]-~]*"(\^\^<[^<>"\s]+>)?) \.$/
  for (const line of lines) ok(statement.test(line), line)
}

/** At most 64 statements between few nodes: those from 128 on are blank. */
function graph(input: Uint8Array): Quad[] {
  const node = (byte: number) => (byte < 128 ? { iri: `urn:${byte % 8}` } : { blank: `b${byte % 8}` })
  const quads = new Map<string, Quad>()
  for (let index = 0; index + 2 < Math.min(input.length, 192); index += 3) {
    const [subject = 0, predicate = 0, object = 0] = input.subarray(index, index + 3)
    const quad = {
      subject: node(subject),
      predicate: `urn:p${predicate % 4}`,
      object: object % 16 === 15 ? { text: `t${object}` } : node(object),
    }
    quads.set(JSON.stringify(quad), quad)
  }
  return [...quads.values()]
}
