import { gzipSync } from 'node:zlib'

/** Valid inputs of each parser, which the fuzzer changes. None of their signatures is anyone's. */
const multibase = 'z6Mkon3Necd6NkkyfoGoHxid2znGc59LU3K7mubaRcFbLfLX'
const did = `did:key:${multibase}`
const key = `${did}#${multibase}`
const p256 = 'did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169'
const url = 'https://kms.example/v1/keystores/c0ekinlioud42c84qs8g'
const rootId = `urn:zcap:root:${encodeURIComponent(url)}`
const signature = `${'A'.repeat(86)}==`

/** RFC 6979 section A.2.7. */
const p521 = {
  x: Buffer.from(
    '01894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f5023a4',
    'hex',
  ).toString('base64'),
  y: Buffer.from(
    '493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5',
    'hex',
  ).toString('base64'),
  type: 'EC',
}

const trustbloc = {
  '@context': 'https://w3id.org/security/v2',
  id: 'urn:uuid:11111111-2222-4333-8444-555555555555',
  invoker: key,
  controller: key,
  delegator: key,
  parentCapability: url,
  allowedAction: ['sign', 'verify'],
  invocationTarget: { ID: url, Type: 'urn:kms:keystore' },
  caveats: [{ type: 'expiry', duration: 3600 }],
  expires: '2026-01-16T00:00:00Z',
  proof: [
    {
      type: 'Ed25519Signature2018',
      created: '2026-01-15T00:00:00.123456789+01:00',
      verificationMethod: key,
      proofPurpose: 'capabilityDelegation',
      nonce: 'AAAA',
      challenge: 'challenge',
      domain: 'kms.example',
      capabilityChain: [url, 'urn:uuid:2', 'urn:uuid:3'],
      jws: `eyJhbGciOiJFZERTQSIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19..${'A'.repeat(86)}`,
    },
  ],
}

const ccgFirst = {
  '@context': ['https://w3id.org/zcap/v1', 'https://w3id.org/security/suites/ed25519-2020/v1'],
  id: 'urn:uuid:1',
  controller: did,
  parentCapability: rootId,
  invocationTarget: url,
  expires: '2026-01-16T00:00:00Z',
  proof: {
    type: 'Ed25519Signature2020',
    created: '2026-01-15T00:00:00Z',
    verificationMethod: key,
    proofPurpose: 'capabilityDelegation',
    capabilityChain: [rootId],
    proofValue: `z${'1'.repeat(64)}`,
  },
}

const ccgSecond = {
  '@context': ['https://w3id.org/zcap/v1', 'https://w3id.org/security/data-integrity/v2'],
  id: 'urn:uuid:2',
  controller: [did, key],
  parentCapability: 'urn:uuid:1',
  invocationTarget: `${url}/keys/k1`,
  allowedAction: ['sign', 'verify'],
  expires: '2026-01-16T00:00:00Z',
  proof: {
    ...ccgFirst.proof,
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-rdfc-2022',
    capabilityChain: [rootId, ccgFirst],
  },
}

const ariesAlgorithm = 'https://github.com/hyperledger/aries-framework-go/zcaps'
const trustblocHeader = `keyId="${key}",algorithm="${ariesAlgorithm}",created=1704067200,headers="(request-target) (created) digest",signature="${signature}"`
const ccgHeader = `keyId="${key}",headers="(key-id) (created) (expires) (request-target) host",signature="${signature}",created="1795475027",expires="1795475627"`

const compressed = (json: object) => gzipSync(JSON.stringify(json)).toString('base64url')

export const seeds = {
  signatureHeaders: texts(trustblocHeader, ccgHeader),
  /** A signature, a request line and headers, one a line. */
  requests: texts(
    `${trustblocHeader}\nPOST /v1/keystores/x/keys?y=1\ndigest: SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=`,
    `${ccgHeader}\nGET /v1/keystores/x\nhost: kms.example\naccept: */*`,
  ),
  /** `Signature-Input`, and `Signature`. */
  messageSignatures: texts(
    `sig1=("@method" "@target-uri" "content-digest" "authorization");created=1795658623;keyid="${multibase}"\n` +
      `sig1=:${signature}:`,
    `a-b_1=("@method");created=1;expires=2;nonce="n";tag="gnap";alg="ed25519"\na-b_1=:AAAA:`,
    'sig1=("authorization" "@path");keyid="";created=0\nsig1=:AA==:',
  ),
  contentDigests: texts(
    'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:',
    `sha-512=:${Buffer.alloc(64).toString('base64')}:`,
  ),
  accessRights: texts(
    '["keyhold","openid","keyhold:sign"]',
    JSON.stringify([{ type: 'keyhold', actions: ['sign'], locations: [url, 'https://kms.example/'] }]),
  ),
  trustblocCapabilities: texts(JSON.stringify(trustbloc)),
  ccgCapabilities: texts(JSON.stringify(ccgFirst), JSON.stringify(ccgSecond)),
  didKeys: texts(key, did, p256),
  didJwks: texts(
    didJwk({ kty: 'OKP', crv: 'Ed25519', x: 'iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w' }),
    didJwk({
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    }),
  ),
  multibase: texts(multibase, 'z1112', 'z'),
  /** Subject, predicate and object of each statement, a byte each. */
  graphs: [
    Uint8Array.of(0, 0, 1, 1, 1, 2, 2, 2, 3),
    Uint8Array.of(128, 0, 129, 129, 1, 130, 130, 1, 131, 131, 1, 7),
    Uint8Array.of(128, 0, 129, 129, 2, 128, 128, 1, 15),
  ],
  invocations: texts(`zcap capability="${compressed(ccgSecond)}",action="sign"`, `zcap id="${rootId}",action="sign"`),
  compressed: texts(
    compressed(trustbloc),
    compressed(ccgSecond),
    gzipSync(Buffer.alloc(1 << 20)).toString('base64url'),
  ),
  digests: texts(
    'SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    `SHA-512=${Buffer.alloc(64).toString('base64')}`,
    `mh=u${Buffer.concat([Buffer.of(0x12, 0x20), Buffer.alloc(32)]).toString('base64url')}`,
  ),
  base64: texts('SGVsbG8=', 'SGVs\r\nbG8=', ''),
  x25519PublicKeys: texts(
    '{"kid":"id","x":"hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=","curve":"X25519","type":"OKP"}',
    '{"type":"OKP","curve":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08="}',
  ),
  p521PublicKeys: texts(JSON.stringify({ ...p521, curve: 'NIST_P521' }), JSON.stringify({ ...p521, curve: 'P-521' })),
  vaultShares: texts(...[17, 33, 65].map(length => Buffer.alloc(length, 0xf1).toString('base64'))),
  secretsJsShares: texts(...[17, 48, 128].map(length => `8a1${'1f'.repeat(length)}`)),
} satisfies Readonly<Record<string, readonly Uint8Array[]>>

function texts(...values: readonly string[]): readonly Uint8Array[] {
  return values.map(value => Buffer.from(value, 'latin1'))
}

function didJwk(jwk: object): string {
  return `did:jwk:${Buffer.from(JSON.stringify(jwk)).toString('base64url')}#0`
}
