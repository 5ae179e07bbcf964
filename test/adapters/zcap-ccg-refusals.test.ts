import { verifyCcgChain } from '@keyhold/adapters'
import t, { type Test } from 'tap'
import { hour, keyAt, leafOf, link, now, policy, root, rootId, suites, timeOf, url } from '../support/ccg-chain.ts'
import type { Capability, CcgKey } from '../support/ccg-delegation.ts'

/** Whatever a chain is not in order by is refused with one code; the reason is for the log. */
type Refusal = readonly [name: string, capability: () => unknown, reason: string]

const key = `${url}/keys/k1`
const stranger = keyAt(6)
const life = policy.maximumTtl * 1000
const skew = policy.clockSkew * 1000

const unknownMembers = 'a capability has members that are not known here'
const unknownProof = 'a capability has no proof, several, or one with unknown members'
const unknownSuite = 'a proof is of an unknown kind'
const unknownContext = 'a context is not known here'
const noChain = 'a proof has no chain of capabilities'
const malformedChain = 'a chain of capabilities is malformed'
const malformedId = 'an id or URL is malformed'
const malformedActions = 'the actions of a capability are malformed'
const malformedControllers = 'the controllers of a capability are malformed'
const malformedTime = 'a time is missing or malformed'
const otherPurpose = 'a proof is for another purpose'
const noSignature = 'a proof has no signature'

const contexts = {
  zcap: 'https://w3id.org/zcap/v1',
  suite2020: 'https://w3id.org/security/suites/ed25519-2020/v1',
  dataIntegrity: 'https://w3id.org/security/data-integrity/v2',
}

const whole = await leafOf([{ allowedAction: ['sign', 'verify'] }, { allowedAction: ['sign'] }])

/** The same with members changed, without a new signature; undefined removes one. */
function edited(members: Capability): Capability {
  return JSON.parse(JSON.stringify({ ...whole, ...members }))
}

function withProof(members: Capability): Capability {
  return edited({ proof: { ...(whole['proof'] as Capability), ...members } })
}

function withParent(members: Capability): Capability {
  const [rootId, parent] = (whole['proof'] as { capabilityChain: [string, Capability] }).capabilityChain
  return withProof({ capabilityChain: [rootId, { ...parent, ...members }] })
}

const names = Array.from({ length: 17 }, (_, index) => String.fromCharCode(97 + index))

const shapes: readonly Refusal[] = [
  ['nothing', () => undefined, unknownMembers],
  ['null', () => null, unknownMembers],
  ['a text', () => rootId, unknownMembers],
  ['a list', () => [whole], unknownMembers],
  ['an empty object', () => ({}), unknownProof],
  ['an unknown member', () => edited({ caveat: [] }), unknownMembers],
  ['an unknown member of the parent', () => withParent({ caveat: [] }), unknownMembers],
  ['an unknown member of a proof', () => withProof({ nonce: 'x' }), unknownProof],
  ['a context in a proof', () => withProof({ '@context': contexts.zcap }), unknownProof],
  ['__proto__', () => JSON.parse(`{"__proto__":${JSON.stringify(whole)}}`), unknownMembers],
  [
    '__proto__ in a proof',
    () => JSON.parse(JSON.stringify(whole).replace('"proof":{', '"proof":{"__proto__":{},')),
    unknownProof,
  ],
  ['constructor', () => edited({ constructor: {} }), unknownMembers],
  ['no id', () => edited({ id: undefined }), malformedId],
  ['a relative id', () => edited({ id: 'x' }), malformedId],
  ['an id that is a number', () => edited({ id: 1 }), malformedId],
  ['an id that closes its brackets', () => edited({ id: 'urn:x> <urn:y> <urn:z' }), malformedId],
  ['an id with a line feed', () => edited({ id: 'urn:x\nurn:y' }), malformedId],
  ['an id that is not ASCII', () => edited({ id: 'urn:ü' }), malformedId],
  ['a blank node as an id', () => edited({ id: '_:b0' }), malformedId],
  ['an id of 2,049 characters', () => edited({ id: `urn:${'x'.repeat(2045)}` }), malformedId],
  ['no parent', () => edited({ parentCapability: undefined }), malformedId],
  ['a parent that is an object', () => edited({ parentCapability: { id: rootId } }), malformedId],
  ['no target', () => edited({ invocationTarget: undefined }), malformedId],
  ['a target that is an object', () => edited({ invocationTarget: { id: url } }), malformedId],
  ['no controller', () => edited({ controller: undefined }), malformedControllers],
  ['no controllers', () => edited({ controller: [] }), malformedControllers],
  ['a controller twice', () => edited({ controller: [stranger.did, stranger.did] }), malformedControllers],
  ['17 controllers', () => edited({ controller: names.map(name => `did:x:${name}`) }), malformedControllers],
  ['a controller that is no DID', () => edited({ controller: 'https://kms.example/' }), malformedControllers],
  ['a controller that is an object', () => edited({ controller: { id: stranger.did } }), malformedControllers],
  ['no actions', () => edited({ allowedAction: [] }), malformedActions],
  ['null for actions', () => edited({ allowedAction: null }), malformedActions],
  ['an action twice', () => edited({ allowedAction: ['sign', 'sign'] }), malformedActions],
  ['17 actions', () => edited({ allowedAction: names }), malformedActions],
  ['an action that is a number', () => edited({ allowedAction: [1] }), malformedActions],
  ['an action that is a list', () => edited({ allowedAction: [['sign']] }), malformedActions],
  ['an action with a quotation mark', () => edited({ allowedAction: 'sign"' }), malformedActions],
  ['no end', () => edited({ expires: undefined }), malformedTime],
  ['no end at the parent', () => withParent({ expires: undefined }), malformedTime],
  ['an end that is a number', () => edited({ expires: now + hour }), malformedTime],
  ['an end without a zone', () => edited({ expires: '2026-01-15T12:00:00' }), malformedTime],
  ['an end without a time', () => edited({ expires: '2026-01-16' }), malformedTime],
  ['an end in the 13th month', () => edited({ expires: '2026-13-01T00:00:00Z' }), malformedTime],
  ['an end in a year of six digits', () => edited({ expires: '+012026-01-01T00:00:00Z' }), malformedTime],
  ['no proof', () => edited({ proof: undefined }), unknownProof],
  ['null for a proof', () => edited({ proof: null }), unknownProof],
  ['a list of one proof', () => edited({ proof: [whole['proof']] }), unknownProof],
  ['two proofs', () => edited({ proof: [whole['proof'], whole['proof']] }), unknownProof],
  ['a proof without a type', () => withProof({ type: undefined }), unknownSuite],
  ['a proof of an older kind', () => withProof({ type: 'Ed25519Signature2018' }), unknownSuite],
  ['a proof of several types', () => withProof({ type: ['Ed25519Signature2020'] }), unknownSuite],
  ['a proof with the name of an object member', () => withProof({ type: 'constructor' }), unknownSuite],
  ['a suite of another kind of proof', () => withProof({ cryptosuite: 'eddsa-rdfc-2022' }), unknownSuite],
  ['no suite', () => withProof({ type: 'DataIntegrityProof' }), unknownSuite],
  ...['eddsa-jcs-2022', 'ecdsa-rdfc-2019', 'EDDSA-RDFC-2022', 'json-eddsa-2022'].map(
    (cryptosuite): Refusal => [
      `the suite ${cryptosuite}`,
      () => withProof({ type: 'DataIntegrityProof', cryptosuite }),
      unknownSuite,
    ],
  ),
  ...(
    [
      ['missing', undefined],
      ['a text', contexts.zcap],
      ['without the suite', [contexts.zcap]],
      ['in another order', [contexts.suite2020, contexts.zcap]],
      ['of another suite', [contexts.zcap, contexts.dataIntegrity]],
      ['of both suites', [contexts.zcap, contexts.suite2020, contexts.dataIntegrity]],
      ['of another version', [contexts.zcap, 'https://w3id.org/security/data-integrity/v1']],
      ['of another kind of document', ['https://w3id.org/security/v2', contexts.suite2020]],
      ['to be fetched, in the first place', ['https://evil.example/context.json', contexts.suite2020]],
      ['to be fetched', [contexts.zcap, 'https://evil.example/context.json']],
      ['to be fetched, besides', [contexts.zcap, contexts.suite2020, 'https://evil.example/context.json']],
      ['of this machine', [contexts.zcap, 'http://127.0.0.1/context.json']],
      ['that is written out', [contexts.zcap, { '@vocab': 'https://evil.example/' }]],
      ['that is written out, besides', [contexts.zcap, contexts.suite2020, { expires: null }]],
      ['that is nested', [contexts.zcap, [contexts.suite2020]]],
    ] as const
  ).flatMap(([name, context]): Refusal[] => [
    [`a context ${name}`, () => edited({ '@context': context }), unknownContext],
    [`a context ${name}, at the parent`, () => withParent({ '@context': context }), unknownContext],
  ]),
  ['a proof without a purpose', () => withProof({ proofPurpose: undefined }), otherPurpose],
  ['a proof to assert', () => withProof({ proofPurpose: 'assertionMethod' }), otherPurpose],
  ['a proof to invoke', () => withProof({ proofPurpose: 'capabilityInvocation' }), otherPurpose],
  ['a proof without a signature', () => withProof({ proofValue: undefined }), noSignature],
  ['a signature that is empty', () => withProof({ proofValue: 'z' }), noSignature],
  ['a signature in base64url', () => withProof({ proofValue: `u${'A'.repeat(86)}` }), noSignature],
  ['a signature that is too long', () => withProof({ proofValue: `z${'2'.repeat(89)}` }), noSignature],
  ['a proof without a time', () => withProof({ created: undefined }), malformedTime],
  ['a proof without a key', () => withProof({ verificationMethod: undefined }), malformedId],
  ['a key that is written out', () => withProof({ verificationMethod: { id: keyAt(1).url } }), malformedId],
  ['no chain', () => withProof({ capabilityChain: undefined }), noChain],
  ['an empty chain', () => withProof({ capabilityChain: [] }), noChain],
  ['a chain that is a text', () => withProof({ capabilityChain: rootId }), noChain],
  ['a chain of 17', () => withProof({ capabilityChain: Array(17).fill(rootId) }), noChain],
  ['a chain of null', () => withProof({ capabilityChain: [null] }), malformedChain],
  ['a parent that is not embedded', () => withProof({ capabilityChain: [rootId, whole['id']] }), malformedChain],
  ['a root that is embedded', () => withProof({ capabilityChain: [rootCapability()] }), malformedChain],
  ['a root that is embedded, above', () => withProof({ capabilityChain: [rootCapability(), whole] }), malformedChain],
  ['a parent without an id', () => withParent({ id: undefined }), malformedChain],
  ['a root', () => rootCapability(), unknownProof],
  ['a root with a proof', () => ({ ...rootCapability(), proof: whole['proof'] }), unknownContext],
  ['a chain of six', () => leafOf([{}, {}, {}, {}, {}, {}]), 'the chain of capabilities is too long'],
  ['a chain of hundreds', () => deepChain(400), 'the chain of capabilities is too long'],
]

const otherRoot = 'the capability is not a delegation of this root'
const cycle = 'the chain of capabilities has a cycle'
const outside = 'a target is outside that of the parent'
const wider = 'more actions are delegated than the parent allows'
const unresolved = 'the key of a proof cannot be resolved'
const notByController = 'a delegation is not by a controller of its parent'
const expired = 'a capability on the chain has expired'
const future = 'a delegation was made in the future'
const early = 'a delegation was made before its parent'
const outlives = 'a delegation outlives its parent'
const tooLong = 'a delegation lives too long'

const rules: readonly Refusal[] = [
  ['a delegation of another keystore', () => link('https://kms.example/v1/keystores/other', 0), otherRoot],
  ['a delegation of a keystore whose URL is longer', () => link(`${url}0`, 0), otherRoot],
  ['a delegation of a key', () => link(key, 0), otherRoot],
  ['a root whose id is not escaped', () => link(url, 0, {}, { chain: [`urn:zcap:root:${url}`] }), otherRoot],
  [
    'a root in small hexadecimal digits',
    () => link(url, 0, {}, { chain: [rootId.replaceAll('%3A', '%3a')] }),
    otherRoot,
  ],
  ['a parent that is not the last of the chain', () => link(url, 0, { parentCapability: 'urn:uuid:x' }), otherRoot],
  ['a parent that the chain does not name', () => leafOf([{}, { parentCapability: rootId }]), otherRoot],
  ['a chain that names others than that of the parent', otherStory, otherRoot],
  ['a chain that leaves out the root', async () => link(url, 0, {}, { chain: ['urn:uuid:x'] }), otherRoot],
  ['the id of the root', () => link(url, 0, { id: rootId }), cycle],
  ['the id of the parent', () => leafOf([{ id: 'urn:uuid:x' }, { id: 'urn:uuid:x' }]), cycle],
  ['the id of the parent’s parent', () => leafOf([{ id: 'urn:uuid:x' }, {}, { id: 'urn:uuid:x' }]), cycle],

  ['by a stranger', () => link(url, 0, {}, { by: stranger }), notByController],
  ['by the one to whom it is delegated', () => link(url, 1), notByController],
  ['by a stranger, below the first', async () => link(await link(url, 0), 1, {}, { by: stranger }), notByController],
  ['by the controller of the root, below the first', async () => link(await link(url, 0), 0), notByController],
  ['by no key, only a DID', () => link(url, 0, {}, { by: named(keyAt(0).did) }), unresolved],
  ['by a key that its DID does not have', () => link(url, 0, {}, { by: named(`${keyAt(0).did}#x`) }), unresolved],
  ['by a key of another method', () => link(url, 0, {}, { by: named('did:web:kms.example#k') }), unresolved],
  ['by the key of a JWK', () => link(url, 0, {}, { by: named(`did:jwk:${jwk}#0`) }), unresolved],
  ['by a key of another curve', () => link(url, 0, {}, { by: named(p256) }), unresolved],
  ['by a URL', () => link(url, 0, {}, { by: named('https://kms.example/keys/1') }), unresolved],

  ...suites.map(
    (suite): Refusal => [
      `by a stranger who names the controller’s key (${suite})`,
      () => link(url, 0, {}, { by: { ...stranger, signer: signerAs(stranger, keyAt(0).url) }, suite }),
      'the proofs of the chain are not valid: Invalid signature.',
    ],
  ),
  [
    'by a stranger who names the controller’s key, below the first',
    async () => link(await link(url, 0), 1, {}, { by: { ...stranger, signer: signerAs(stranger, keyAt(1).url) } }),
    'the proofs of the chain are not valid: Invalid signature.',
  ],
  [
    'below a first that nobody signed',
    async () => link({ ...(await link(url, 0)), id: 'urn:uuid:x' }, 1),
    'the proofs of the chain are not valid: Invalid signature.',
  ],

  [
    'an action that the parent does not have',
    () => leafOf([{ allowedAction: 'sign' }, { allowedAction: 'verify' }]),
    wider,
  ],
  ['an action more', () => leafOf([{ allowedAction: ['sign'] }, { allowedAction: ['sign', 'verify'] }]), wider],
  ['an action in capitals', () => leafOf([{ allowedAction: ['sign'] }, { allowedAction: ['SIGN'] }]), wider],
  ['no list below a list', () => leafOf([{ allowedAction: 'sign' }, { allowedAction: undefined }]), wider],
  [
    'an action that only the parent’s parent has',
    () => leafOf([{ allowedAction: ['sign', 'verify'] }, { allowedAction: ['sign'] }, { allowedAction: ['verify'] }]),
    wider,
  ],

  ...[
    'https://kms.example/v1/keystores',
    'https://kms.example/',
    'https://kms.example/v1/keystores/other',
    `${url}0`,
    `${url}-`,
    `${url}/`,
    `${url}//keys`,
    `${url}/keys/`,
    `${url}/keys//k1`,
    `${url}/../other`,
    `${url}/keys/../../other`,
    `${url}/..`,
    `${url}/.`,
    `${url}/./keys`,
    `${url}/keys/k1/..`,
    `${url}/%2e%2e/other`,
    `${url}/%2E%2E/other`,
    `${url}/keys%2fk1`,
    `${url}/keys%2Fk1`,
    `${url}/keys/%6B1`,
    `${url}?x`,
    `${url}?`,
    `${url}/keys?x=1`,
    `${url}#x`,
    `${url}/keys#`,
    `${url};x`,
    `${url}/keys;x`,
    `${url}/keys:x`,
    `${url}\\keys`.replaceAll('\\', '%5C'),
    url.replace('https:', 'http:'),
    url.replace('https:', 'HTTPS:').toLowerCase().replace('kms', 'KMS'),
    url.replace('kms.example', 'Kms.example'),
    url.replace('kms.example', 'kms.example.'),
    url.replace('kms.example', 'kms.example:443'),
    url.replace('kms.example', 'evil.example'),
    url.replace('kms.example', 'kms.example@evil.example'),
    url.replace('kms.example', 'evil@kms.example'),
    url.replace('c0ek', 'C0EK'),
    url.replace('/v1', '//v1'),
    rootId,
  ].map(
    (invocationTarget): Refusal => [
      `the target ${invocationTarget}`,
      () => link(url, 0, { invocationTarget }),
      outside,
    ],
  ),
  ...[url, `${url}/keys`, `${key}0`, `${url}/keys/k2`, `${url}/keys/K1`].map(
    (invocationTarget): Refusal => [
      `the target ${invocationTarget} below ${key}`,
      () => leafOf([{ invocationTarget: key }, { invocationTarget }]),
      outside,
    ],
  ),

  ['one that has expired', () => link(url, 0, { expires: timeOf(now - skew - 1) }), expired],
  ...[0, 1, 2].map(
    (index): Refusal => [
      `three, expired from the one at ${index} on`,
      () => leafOf([0, 1, 2].map(each => ({ expires: timeOf(each < index ? now + hour : now - skew - 1) }))),
      expired,
    ],
  ),
  ...[1, 2].map(
    (index): Refusal => [
      `three, of which the one at ${index} outlives its parent`,
      () => leafOf([0, 1, 2].map(each => ({ expires: timeOf(now + hour + (each === index ? 1 : 0)) }))),
      outlives,
    ],
  ),
  ['one that lives too long', () => link(url, 0, { expires: timeOf(now + life + 1) }, { created: now }), tooLong],
  ['one that ends before it is made', () => link(url, 0, { expires: timeOf(now - 1) }, { created: now }), tooLong],
  ['one that was made in the future', () => link(url, 0, {}, { created: now + skew + 1000 }), future],
  [
    'one that was made before its parent',
    async () => link(await link(url, 0, {}, { created: now }), 1, {}, { created: now - 1 }),
    early,
  ],
]

const jwk = Buffer.from('{"kty":"OKP","crv":"Ed25519","x":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w"}').toString(
  'base64url',
)
const p256 =
  'did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169#zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169'

refuse(t, 'not of the one shape', shapes)
refuse(t, 'against the rules', rules)

void t.test('a root that is controlled by one key of a DID is delegated by no other', async t => {
  const leaf = await link(url, 0)
  for (const controller of [`${keyAt(0).did}#other`, keyAt(1).url, 'did:key:', '', `${keyAt(0).did}x`, '*']) {
    const refused = verifyCcgChain(leaf, { url, controller }, policy, now)
    await t.rejects(refused, { code: 'FORBIDDEN', cause: notByController }, controller)
  }
})

function refuse(t: Test, name: string, refusals: readonly Refusal[]): void {
  void t.test(name, async t => {
    for (const [name, capability, cause] of refusals) {
      const refused = verifyCcgChain((await capability()) as Capability, root, policy, now)
      await t.rejects(refused, { name: 'KmsError', code: 'FORBIDDEN', cause }, name)
    }
  })
}

function rootCapability(): Capability {
  return { '@context': contexts.zcap, id: rootId, controller: stranger.did, invocationTarget: url }
}

/** As long a chain as fits into what is read of a header. */
function deepChain(depth: number): Capability {
  let leaf = whole
  for (let index = 0; index < depth; index += 1) leaf = withEmbedded(leaf)
  return leaf
}

function withEmbedded(parent: Capability): Capability {
  return { ...whole, proof: { ...(whole['proof'] as Capability), capabilityChain: [rootId, parent] } }
}

/** Three, of which the last says that the first is another than the second says. */
async function otherStory(): Promise<Capability> {
  const second = await leafOf([{}, {}])
  return link(second, 2, {}, { chain: [rootId, 'urn:uuid:x', second] })
}

/** The controller of the root, under another name. */
function named(id: string): CcgKey {
  return { ...keyAt(0), signer: signerAs(keyAt(0), id) }
}

function signerAs({ signer }: CcgKey, id: string): object {
  return { ...signer, id }
}

t.equal(rootId, 'urn:zcap:root:https%3A%2F%2Fkms.example%2Fv1%2Fkeystores%2Fc0ekinlioud42c84qs8g')
