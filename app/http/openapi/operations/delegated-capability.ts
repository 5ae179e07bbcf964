import { controller, keystoreUrl } from './sample.ts'

/** What lets somebody else sign with the keys of the keystore for thirty days. */
export const delegatedCapability = {
  '@context': 'https://w3id.org/security/v2',
  id: 'urn:uuid:cf954400-81f0-46fd-9345-ceafd6a2a713',
  invoker: 'did:key:z6MkwYp8qdZ2fyxdQieWjWn9LTpD9ysM9QQBC1Uw6ZpD2H3a#z6MkwYp8qdZ2fyxdQieWjWn9LTpD9ysM9QQBC1Uw6ZpD2H3a',
  parentCapability: keystoreUrl,
  allowedAction: ['sign'],
  invocationTarget: {
    ID: keystoreUrl,
    Type: 'urn:kms:keystore',
  },
  caveats: null,
  expires: '2026-02-14T09:30:00.000Z',
  proof: [
    {
      type: 'Ed25519Signature2018',
      created: '2026-01-15T09:30:00.000Z',
      verificationMethod: controller,
      proofPurpose: 'capabilityDelegation',
      nonce: 'FTOjCw9j1LaYKbSboA5_GHA-SAFdlcHmxBRylzKLB2yx0BgTmNU7Ls1lQE3TMsETchXmF7uYhYp-ArJT1_koiA',
      capabilityChain: [keystoreUrl],
      jws: 'eyJhbGciOiJFZERTQSIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19..gvmMk5xrfwayvY7s8Qd6dNx09eEhGK6gvTrZXmLXUjYy0veikgpENGeVKyNhzINdHE9xfhY8hjl_4ZN1jQW7CQ',
    },
  ],
}
