import { readTrustblocCapability } from '@keyhold/core'
import fc from 'fast-check'
import t from 'tap'
import { delegation, trustblocKey } from '../../support/trustbloc.ts'

/** A capability of this dialect is read if it is of the one shape, and not if anything about it is otherwise. */
type Members = Record<string, unknown>

const url = 'https://kms.example/v1/keystores/c0ekinlioud42c84qs8g'
const key = trustblocKey(2)
const created = '2026-01-15T12:00:00.123456789Z'
const valid: Members = JSON.parse(JSON.stringify(await delegation(url, key, trustblocKey(3).id, created)))
const validProof = (valid['proof'] as [Members])[0]

function edited(members: Members): unknown {
  return JSON.parse(JSON.stringify({ ...valid, ...members }))
}

function withProof(members: Members): unknown {
  return edited({ proof: [{ ...validProof, ...members }] })
}

/** For the name of a test: one line of ASCII, whatever it is. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.slice(0, 60).replace(/[^ -~]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function withText(search: string, replacement: string): unknown {
  return JSON.parse(JSON.stringify(valid).replace(search, replacement))
}

const accepted: readonly (readonly [name: string, json: unknown])[] = [
  ['a delegation', valid],
  [
    'the least',
    { '@context': valid['@context'], id: 'a:b', invocationTarget: { ID: '', Type: '' }, proof: [validProof] },
  ],
  [
    'a root',
    edited({ parentCapability: undefined, caveats: null, proof: [{ ...validProof, capabilityChain: undefined }] }),
  ],
  ['every kind of party', edited({ controller: 'did:x:a', delegator: 'did:x:b' })],
  ['no action at all', edited({ allowedAction: [] })],
  [
    'caveats',
    edited({
      caveats: [
        { type: 'expiry', duration: 0 },
        { type: 'expiry', duration: -1 },
      ],
    }),
  ],
  ['an end of its own', edited({ expires: '2026-01-15T12:00:00+01:00' })],
  ['a challenge and a domain', withProof({ challenge: 'a b', domain: "kms.example/'" })],
  ['an IRI of 2,048 characters', edited({ invoker: `did:x:${'a'.repeat(2042)}` })],
]

for (const [name, json] of accepted) t.equal(readTrustblocCapability(json), json, `accepted: ${name}`)

const badIris: readonly unknown[] = [
  '',
  'x',
  '/v1/keystores/x',
  '//kms.example/x',
  ':x',
  '_:b0',
  'https:',
  '1did:x',
  'Did:x',
  '@id:x y',
  'did:x y',
  ' did:x',
  'did:x ',
  'did:x"y',
  'did:x> <did:y> <did:z',
  'did:x<y',
  'did:x>',
  'did:x\\y',
  'did:x\\u003e',
  'did:x^y',
  'did:x`y',
  'did:x{y}',
  'did:x|y',
  'did:x\ny',
  'did:x\n',
  'did:x\ty',
  'did:x\u0000',
  'did:x\u007f',
  'did:x\u00a0y',
  'did:ü',
  'did:x\u2028',
  'did:\ud800',
  `did:x:${'a'.repeat(2043)}`,
  1,
  true,
  {},
  { id: 'did:x' },
  [],
  ['did:x'],
]

const iriMembers = ['id', 'invoker', 'controller', 'delegator', 'parentCapability']

const refused: readonly (readonly [name: string, json: unknown])[] = [
  ...[undefined, null, true, 0, '', 'x', [], [valid], () => valid].map(
    value => [`the whole: ${String(value)}`, value] as const,
  ),
  ['an empty object', {}],
  ...badIris.flatMap(value => [
    ...iriMembers.map(name => [`${name}: ${shown(value)}`, edited({ [name]: value })] as const),
    [`verificationMethod: ${shown(value)}`, withProof({ verificationMethod: value })] as const,
    [`capabilityChain: ${shown(value)}`, withProof({ capabilityChain: [value] })] as const,
  ]),
  ...iriMembers.map(name => [`null for ${name}`, edited({ [name]: null })] as const),

  ...['@context', 'id', 'invocationTarget', 'proof'].map(
    name => [`no ${name}`, edited({ [name]: undefined })] as const,
  ),
  ...['context', '@id', '@type', 'type', 'caveat', 'expiration', 'Id', 'sec:invoker', '@graph'].map(
    name => [`the unknown member ${name}`, edited({ [name]: 'did:x' })] as const,
  ),
  ['__proto__', withText('{', '{"__proto__":{},')],
  ['__proto__ with everything', JSON.parse(`{"__proto__":${JSON.stringify(valid)}}`)],
  ['constructor', edited({ constructor: { prototype: {} } })],
  ['hasOwnProperty', edited({ hasOwnProperty: 1 })],
  ['toJSON', edited({ toJSON: 1 })],

  ...[
    'https://w3id.org/security/v1',
    'https://w3id.org/security/v2/',
    'https://w3id.org/zcap/v1',
    ['https://w3id.org/security/v2'],
    ['https://w3id.org/security/v2', { invoker: null }],
    { '@vocab': 'https://w3id.org/security#' },
    null,
  ].map(context => [`the context ${shown(context)}`, edited({ '@context': context })] as const),

  ...[
    'sign',
    {},
    null,
    1,
    [1],
    [null],
    [['sign']],
    [''],
    ['sign"'],
    ['sign verify'],
    ['ü'],
    ['sign\n'],
    ['a'.repeat(65)],
  ].map(actions => [`the actions ${shown(actions)}`, edited({ allowedAction: actions })] as const),
  ['an action twice', edited({ allowedAction: ['sign', 'verify', 'sign'] })],
  [
    '65 actions',
    edited({
      allowedAction: Array.from({ length: 65 }, (_, index) =>
        String.fromCharCode(65 + (index % 26)).repeat(1 + index / 26),
      ),
    }),
  ],

  ...[
    null,
    url,
    [],
    {},
    { ID: url },
    { Type: 'x' },
    { id: url, type: 'x' },
    { ID: 1, Type: 'x' },
    { ID: url, Type: null },
  ].map(target => [`the target ${shown(target)}`, edited({ invocationTarget: target })] as const),
  ['a target with another member', edited({ invocationTarget: { ID: url, Type: 'x', invoker: 'did:x' } })],
  ['a target with __proto__', withText('"ID"', '"__proto__":{},"ID"')],

  ...[
    {},
    'expiry',
    [null],
    [{}],
    [{ type: 'expiry' }],
    [{ duration: 1 }],
    [{ type: 'other', duration: 1 }],
    [{ type: 'expiry', duration: '1' }],
    [{ type: 'expiry', duration: 1.5 }],
    [{ type: 'expiry', duration: null }],
    [{ type: 'expiry', duration: 2 ** 53 }],
    [{ type: 'expiry', duration: 1, other: 1 }],
    Array(65).fill({ type: 'expiry', duration: 1 }),
  ].map(caveats => [`the caveats ${shown(caveats)}`, edited({ caveats })] as const),

  ...[
    null,
    0,
    '',
    'now',
    '2026-01-15',
    '2026-01-15T12:00:00',
    '2026-01-15 12:00:00Z',
    '2026-01-15t12:00:00z',
    '2026-1-15T12:00:00Z',
    '2026-13-15T12:00:00Z',
    '2026-01-32T12:00:00Z',
    '2026-01-15T25:00:00Z',
    '2026-01-15T12:00:60Z',
    '2026-01-15T12:00:00.Z',
    '2026-01-15T12:00:00.1234567890Z',
    '2026-01-15T12:00:00,5Z',
    '2026-01-15T12:00:00+1:00',
    '2026-01-15T12:00:00+24:00',
    '2026-01-15T12:00:00Z"^^<x>',
    '2026-01-15T12:00:00Z\n',
    '+002026-01-15T12:00:00Z',
    '20260115T120000Z',
  ].flatMap(time => [
    [`expires: ${shown(time)}`, edited({ expires: time })] as const,
    [`created: ${shown(time)}`, withProof({ created: time })] as const,
  ]),

  ['no proofs', edited({ proof: [] })],
  ['two proofs', edited({ proof: [validProof, validProof] })],
  ['a proof outside a list', edited({ proof: validProof })],
  ...[null, 'proof', 1, {}, []].map(proof => [`the proof ${shown(proof)}`, edited({ proof: [proof] })] as const),
  ...['type', 'created', 'verificationMethod', 'proofPurpose', 'jws'].map(
    name => [`a proof without ${name}`, withProof({ [name]: undefined })] as const,
  ),
  ...['proofValue', 'id', '@context', 'creator', 'capability', 'capabilityAction', 'expires'].map(
    name => [`the unknown member ${name} of a proof`, withProof({ [name]: 'did:x' })] as const,
  ),
  ['__proto__ in a proof', withText('"proof":[{', '"proof":[{"__proto__":{},')],
  ...['Ed25519Signature2020', 'JsonWebSignature2020', ['Ed25519Signature2018'], null].map(
    type => [`the type ${shown(type)}`, withProof({ type })] as const,
  ),
  ...['capabilityInvocation', 'assertionMethod', 'https://w3id.org/security#capabilityDelegationMethod'].map(
    proofPurpose => [`the purpose ${proofPurpose}`, withProof({ proofPurpose })] as const,
  ),
  ...['nonce', 'challenge', 'domain'].flatMap(name =>
    [null, 1, {}, ['x'], '', 'a"b', 'a\\b', 'a\nb', 'a\u007fb', 'ü', '\ud83d\ude00', 'a'.repeat(513)].map(
      value => [`${name}: ${shown(value)}`, withProof({ [name]: value })] as const,
    ),
  ),
  ...[null, url, {}, [{ id: url }], [url, url], Array.from({ length: 65 }, (_, index) => `urn:x:${index}`)].map(
    chain => [`the chain ${shown(chain)}`, withProof({ capabilityChain: chain })] as const,
  ),
  ...[
    '',
    '..',
    'e30',
    `e30.${'A'.repeat(86)}`,
    `e30..${'A'.repeat(85)}`,
    `e30..${'A'.repeat(87)}`,
    `e30..${'A'.repeat(86)}==`,
    `e30.e30.${'A'.repeat(86)}`,
    `..${'A'.repeat(86)}`,
    `e30=..${'A'.repeat(86)}`,
    `${'e'.repeat(257)}..${'A'.repeat(86)}`,
    `e30..${'A'.repeat(85)}+`,
    // Bits beyond the last byte: another text for the same signature.
    `e30..${'A'.repeat(85)}B`,
    `e30..${'A'.repeat(85)}_`,
    `e30..${'A'.repeat(86)}\n`,
    null,
    ['e30'],
  ].map(jws => [`the jws ${shown(jws)}`, withProof({ jws })] as const),
]

void t.test('refused', async t => {
  for (const [name, json] of refused) t.equal(readTrustblocCapability(json), undefined, name)
})

void t.test('whatever JSON it is, nothing is thrown', async () => {
  const anything = fc.jsonValue({ maxDepth: 4 })
  const almost = fc
    .tuple(fc.constantFrom(...Object.keys(valid)), fc.constantFrom(...Object.keys(validProof)), anything, anything)
    .map(([member, proofMember, value, inner]) => ({
      ...valid,
      proof: [{ ...validProof, [proofMember]: inner }],
      [member]: value,
    }))
  fc.assert(
    fc.property(fc.oneof(anything, almost), json => {
      readTrustblocCapability(json)
    }),
    { numRuns: process.env['KEYHOLD_SLOW'] === '1' ? 20_000 : 500 },
  )
})
