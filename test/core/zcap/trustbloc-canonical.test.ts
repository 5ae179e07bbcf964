import security from '@digitalbazaar/security-context'
import { readTrustblocCapability, type TrustblocCapability } from '@keyhold/core'
import { canonicalNQuads } from '@keyhold/core/zcap/trustbloc/n-quads.js'
import { capabilityQuads, proofQuads } from '@keyhold/core/zcap/trustbloc/proof.js'
import fc from 'fast-check'
import jsonld from 'jsonld'
import t from 'tap'

/** The canonical form that is written directly is the one that jsonld.js makes, byte for byte. */
const numRuns = process.env['KEYHOLD_SLOW'] === '1' ? 3000 : 200

const contextOfCapability = 'https://w3id.org/security/v2'
const contextOfJws = 'https://w3id.org/security/jws/v1'

/**
 * The context that the reference adds to proof options. Its terms as lds-jws2020 defines them: none of them stands in a
 * proof of this dialect.
 */
const jwsTerms = {
  '@context': {
    privateKeyJwk: { '@id': 'https://w3id.org/security#privateKeyJwk', '@type': '@json' },
    JsonWebKey2020: 'https://w3id.org/security#JsonWebKey2020',
    JsonWebSignature2020: 'https://w3id.org/security#JsonWebSignature2020',
  },
}

const contexts = new Map<string, object>([...security.contexts, [contextOfJws, jwsTerms]])

function canonize(document: object): Promise<string> {
  return jsonld.canonize(document, {
    algorithm: 'URDNA2015',
    format: 'application/n-quads',
    // As the reference does: what the context does not define (the target's members, caveats) is dropped.
    safe: false,
    documentLoader: async url => {
      const document = contexts.get(url)
      if (document === undefined) throw new Error(`there is no ${url}`)
      return { contextUrl: null, documentUrl: url, document }
    },
  })
}

const iriCharacters = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).filter(
  character => !'"<>\\^`{|}'.includes(character),
)
const plainCharacters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)).filter(
  character => !'"\\'.includes(character),
)

function text(characters: readonly string[], maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength })
}

/** Every IRI that is accepted, but for the schemes that the context abbreviates something by: see the test below. */
const iri = fc.oneof(
  fc.uuid().map(uuid => `urn:uuid:${uuid}`),
  text([...'123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'], 48).map(key => `did:key:z${key}#z${key}`),
  text(iriCharacters, 40).map(path => `https://kms.example/${path}`),
  fc
    .tuple(fc.stringMatching(/^[a-z][a-z0-9+.-]{0,9}$/), text(iriCharacters, 40))
    .filter(([scheme]) => !['sec', 'dc', 'xsd'].includes(scheme))
    .map(([scheme, rest]) => `${scheme}:${rest}`),
)

const time = fc
  .tuple(
    fc.date({ min: new Date('1970-01-01'), max: new Date('2999-12-31'), noInvalidDate: true }),
    fc.stringMatching(/^(\.\d{1,9})?$/),
    fc.constantFrom('Z', '+00:00', '-00:00', '+05:30', '-11:00'),
  )
  .map(([date, fraction, zone]) => `${date.toISOString().slice(0, 19)}${fraction}${zone}`)

const proof = fc.record(
  {
    type: fc.constant('Ed25519Signature2018' as const),
    created: time,
    verificationMethod: iri,
    proofPurpose: fc.constant('capabilityDelegation' as const),
    nonce: text(plainCharacters, 100),
    challenge: text(plainCharacters, 30),
    domain: text(plainCharacters, 30),
    capabilityChain: fc.uniqueArray(iri, { maxLength: 4 }),
    jws: fc.constant(`e30..${'A'.repeat(86)}`),
  },
  { requiredKeys: ['type', 'created', 'verificationMethod', 'proofPurpose', 'jws'] },
)

const capability: fc.Arbitrary<object> = fc.record(
  {
    '@context': fc.constant(contextOfCapability),
    id: iri,
    invoker: iri,
    controller: iri,
    delegator: iri,
    parentCapability: iri,
    allowedAction: fc.uniqueArray(text([...'abcdefghijklmnopqrstuvwxyzABC'], 20), { maxLength: 8 }),
    invocationTarget: fc.record({ ID: fc.string(), Type: fc.string() }),
    caveats: fc.option(fc.array(fc.record({ type: fc.constant('expiry'), duration: fc.integer() }), { maxLength: 2 })),
    expires: time,
    proof: fc.tuple(proof),
  },
  { requiredKeys: ['@context', 'id', 'invocationTarget', 'proof'] },
)

void t.test('of any capability that is accepted, and of its proof', async () => {
  await fc.assert(
    fc.asyncProperty(capability, async json => {
      const accepted = readTrustblocCapability(json)
      if (accepted === undefined) throw new Error('what was made is not of the accepted shape')
      const { proof, ...unsigned } = accepted
      const [{ jws, ...options }] = proof
      await same(canonicalNQuads(capabilityQuads(unsigned)), canonize(unsigned))
      await same(
        canonicalNQuads(proofQuads(options)),
        canonize({ '@context': [contextOfCapability, contextOfJws], ...options }),
      )
    }),
    { numRuns },
  )
})

async function same(actual: string | undefined, expected: Promise<string>): Promise<void> {
  const text = await expected
  if (actual !== text) throw new Error(`written as\n${actual}\nand not as\n${text}`)
}

void t.test('chains of every length', async t => {
  for (let length = 0; length <= 12; length += 1) {
    const options = {
      type: 'Ed25519Signature2018',
      created: '2024-01-01T00:00:00Z',
      verificationMethod: 'did:key:z6Mk#z6Mk',
      proofPurpose: 'capabilityDelegation',
      capabilityChain: Array.from({ length }, (_, index) => `urn:x:${index}`),
    } as const
    t.equal(
      canonicalNQuads(proofQuads(options)),
      await canonize({ '@context': [contextOfCapability, contextOfJws], ...options }),
      `of ${length}`,
    )
  }
})

void t.test('an IRI whose scheme is an abbreviation of the context is signed as it stands', async t => {
  const unsigned: Omit<TrustblocCapability, 'proof'> = {
    '@context': contextOfCapability,
    id: 'sec:x',
    invocationTarget: { ID: '', Type: '' },
  }
  t.equal(
    canonicalNQuads(capabilityQuads(unsigned)),
    '<sec:x> <https://w3id.org/security#invocationTarget> _:c14n0 .\n',
    'here, so that no two texts are one capability',
  )
  t.equal(
    await canonize(unsigned),
    '<https://w3id.org/security#x> <https://w3id.org/security#invocationTarget> _:c14n0 .\n',
    'and otherwise elsewhere: such a capability is not accepted here',
  )
})
