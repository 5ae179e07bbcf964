import { errorReply, type Operation } from '../operation.ts'
import { message, withSignatureKey } from './sample.ts'

const signature = 'tQ/hs3yuSSPhhroiOPw28U/ASgMdYWnINUxT2/KgJ0Gs7ustclJClHeJ4YD3Fwyh+nmwtsLu3MrzAlRQUsIQBA=='

export const signOperations: Readonly<Record<string, Operation>> = {
  sign: {
    route: 'POST /v1/keystores/:keystoreId/keys/:keyId/sign',
    caller: 'invoker',
    tag: 'Signatures',
    summary: 'Sign a message',
    answer: 'The signature, by the newest version of the key.',
    examples: { hello: { params: withSignatureKey, body: { message }, reply: { signature } } },
  },
  verify: {
    route: 'POST /v1/keystores/:keystoreId/keys/:keyId/verify',
    caller: 'invoker',
    tag: 'Signatures',
    summary: 'Verify a signature',
    answer: 'It is valid: by one of the versions of the key.',
    examples: {
      valid: { params: withSignatureKey, body: { message, signature } },
      invalid: {
        summary: 'It is not valid',
        params: withSignatureKey,
        body: { message: 'aGFsbG8=', signature },
        status: 400,
        reply: errorReply('VERIFICATION_FAILED', 'the signature is not valid'),
      },
    },
  },
}
