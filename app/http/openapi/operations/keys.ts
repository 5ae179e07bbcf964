import { errorReply, type Operation } from '../operation.ts'
import {
  agreementKeyId,
  agreementPublicKeyText,
  encryptionKeyId,
  inKeystore,
  keyUrl,
  macKeyId,
  multiKeyId,
  multiPublicKey,
  publicKey,
  publicKeyUrl64,
  rotatedKeyId,
  signatureKeyId,
  withSignatureKey,
} from './sample.ts'

/** A new key of a type. */
const made = (key_type: string, id: string, public_key: string | null) => ({
  summary: key_type,
  params: inKeystore,
  body: { key_type },
  reply: { key_url: keyUrl(id), public_key },
})

/** A form of the public part of the signature key. */
const shown = (format: string, form: unknown) => ({
  params: withSignatureKey,
  query: { format },
  reply: { key_type: 'ED25519', [format]: form },
})

export const keyOperations: Readonly<Record<string, Operation>> = {
  createKey: {
    route: 'POST /v1/keystores/:keystoreId/keys',
    caller: 'invoker',
    tag: 'Keys',
    summary: 'Create a key',
    answer: 'The URL of the key, and its public part as its type has it: `null` if the key has none.',
    examples: {
      signature: made('ED25519', signatureKeyId, publicKey),
      encryption: made('AES256GCM', encryptionKeyId, null),
      mac: made('HMACSHA256Tag256', macKeyId, null),
      agreement: made('X25519ECDHKW', agreementKeyId, agreementPublicKeyText),
      multi: made('BLS12381G2-SHA-256', multiKeyId, multiPublicKey),
      unknown: {
        summary: 'A type that does not exist',
        params: inKeystore,
        body: { key_type: 'ROT13' },
        status: 400,
        reply: errorReply('UNSUPPORTED_KEY_TYPE', 'key_type: not a key type of this server'),
      },
    },
  },
  importKey: {
    route: 'PUT /v1/keystores/:keystoreId/keys',
    caller: 'invoker',
    tag: 'Keys',
    summary: 'Import a key',
    description:
      'Exactly one of `key` (PKCS#8, or the raw bytes of a symmetric key), `jwk` (a private JWK) and `public_key` (to verify ' +
      'with). The id is `key_id`, else the `kid` of the JWK, else random.',
    answer: 'The URL of the key.',
    examples: {
      raw: {
        summary: 'The bytes of a symmetric key, under a name of one’s own',
        params: inKeystore,
        body: { key_type: 'AES256GCM', key: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=', key_id: 'imported' },
        reply: { key_url: keyUrl('imported') },
      },
      jwk: {
        summary: 'A private JWK (RFC 8037, appendix A.1)',
        params: inKeystore,
        body: {
          key_type: 'ED25519',
          jwk: {
            kty: 'OKP',
            crv: 'Ed25519',
            d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
            x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
          },
          key_id: 'from-jwk',
        },
        reply: { key_url: keyUrl('from-jwk') },
      },
      publicKey: {
        summary: 'A public key, to verify with',
        params: inKeystore,
        body: {
          key_type: 'ED25519',
          public_key: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
          key_id: 'verification-only',
        },
        reply: { key_url: keyUrl('verification-only') },
      },
    },
  },
  exportKey: {
    route: 'GET /v1/keystores/:keystoreId/keys/:keyId/export',
    caller: 'invoker',
    tag: 'Keys',
    summary: 'Show the public part of a key',
    answer: 'The public part as the type has it (`public_key`), or in the `format` that was asked for, under its name.',
    examples: {
      plain: { params: withSignatureKey, reply: { public_key: publicKey, key_type: 'ED25519' } },
      jwk: shown('jwk', { crv: 'Ed25519', kty: 'OKP', x: publicKeyUrl64, use: 'sig', kid: signatureKeyId }),
      spki: shown('spki', 'MCowBQYDK2VwAyEAJrQiCngSAtySSq241mHnKp4DaegFC/+UjOyxQL7GKIY='),
      multikey: shown('multikey', 'z6Mkh4LrAdnzk2We3J1xrHwGTnmrqKdm1gR28ub7P2e4CtJy'),
      didKey: shown('did_key', 'did:key:z6Mkh4LrAdnzk2We3J1xrHwGTnmrqKdm1gR28ub7P2e4CtJy'),
    },
  },
  rotateKey: {
    route: 'POST /v1/keystores/:keystoreId/keys/:keyId/rotate',
    caller: 'invoker',
    tag: 'Keys',
    summary: 'Add a version to a key',
    description:
      'Of any type of the same family. The new version signs, encrypts and computes MACs from now on; every version still ' +
      'opens and verifies what it made, and all ids of the key go on naming it.',
    answer: 'A URL of the key with the id of the new version.',
    examples: {
      version: {
        params: withSignatureKey,
        body: { key_type: 'ED25519' },
        reply: { key_url: keyUrl(rotatedKeyId) },
      },
    },
  },
}
