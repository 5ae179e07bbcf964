import type { Operation } from '../operation.ts'
import {
  agreementKeyId,
  agreementPublicKey,
  cek,
  inKeystore,
  message,
  withAgreementKey,
  withSignatureKey,
} from './sample.ts'

export const wrappedAnonymously = {
  encryptedcek: '6sdTMDVA88C6WE6l6ywp/tnCYkIdHG7XN52AIU/pKK5eE6V9dyjFgQ==',
  alg: 'ECDH-ES+A256KW',
  apu: 'YWxpY2U=',
  kid: agreementKeyId,
  epk: { x: 'AXTHDd+Oa+nKaaDmWqJWYWFHMPV5WJXQVcEOLeLCBDg=', curve: 'X25519', type: 'OKP' },
  apv: 'Ym9i',
}
const wrappedBySender = {
  kid: agreementKeyId,
  encryptedcek: 'NOLIiiq2qB+/LGwnUVpFr7hAGDQs1MfiDF0YB40WVR8qTj9S93nqyg==',
  epk: { x: 'W9V1adMpj1hCSzuJ/muPeub1N8dl7ys1Xcxq54vbGGg=', curve: 'X25519', type: 'OKP' },
  alg: 'ECDH-1PU+A128KW',
  apu: 'YWxpY2U=',
  apv: 'Ym9i',
}
const tag = 'dGFn'

export const wrapOperations: Readonly<Record<string, Operation>> = {
  wrapAnonymously: {
    route: 'POST /v1/keystores/:keystoreId/wrap',
    caller: 'invoker',
    tag: 'Key wrapping',
    summary: 'Wrap a content encryption key anonymously (ECDH-ES)',
    description: 'For a recipient with an ML-KEM key as well: `ek` is answered then in place of `epk`.',
    answer: 'What the recipient needs to unwrap it.',
    examples: {
      ecdhEs: {
        params: inKeystore,
        body: { cek, apu: 'YWxpY2U=', apv: 'Ym9i', recipient_pub_key: agreementPublicKey },
        reply: wrappedAnonymously,
      },
    },
  },
  wrap: {
    route: 'POST /v1/keystores/:keystoreId/keys/:keyId/wrap',
    caller: 'invoker',
    tag: 'Key wrapping',
    summary: 'Wrap a content encryption key as its sender (ECDH-1PU), or close a NaCl box',
    description: 'With `cek` a key is wrapped; with `payload` in its place it is a box (`crypto_box_easy`).',
    answer: 'What the recipient needs to unwrap it, or the ciphertext of the box.',
    examples: {
      ecdh1pu: {
        summary: 'A content encryption key',
        params: withAgreementKey,
        body: { cek, apu: 'YWxpY2U=', apv: 'Ym9i', tag, recipient_pub_key: agreementPublicKey },
        reply: wrappedBySender,
      },
      box: {
        summary: 'A box',
        params: withSignatureKey,
        body: { payload: message, nonce: 'CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ', their_pub: agreementPublicKey.x },
        reply: { ciphertext: 'Lem3niv/SdcNQ4zHK2JDDhmiPdT+' },
      },
    },
  },
  unwrap: {
    route: 'POST /v1/keystores/:keystoreId/keys/:keyId/unwrap',
    caller: 'invoker',
    tag: 'Key wrapping',
    summary: 'Unwrap a content encryption key, or open a NaCl box',
    answer: 'The key, or what was in the box.',
    examples: {
      ecdhEs: {
        summary: 'Wrapped anonymously',
        params: withAgreementKey,
        body: { wrapped_key: wrappedAnonymously },
        reply: { key: cek },
      },
      ecdh1pu: {
        summary: 'Wrapped by a sender',
        params: withAgreementKey,
        body: { wrapped_key: wrappedBySender, sender_pub_key: agreementPublicKey, tag },
        reply: { key: cek },
      },
    },
  },
}
