import { errorReply, type Operation } from '../operation.ts'
import { message, withEncryptionKey } from './sample.ts'

const associated_data = 'Y29udGV4dA=='
const encrypted = { ciphertext: 'U8SfnMhzLlMgxmYUWcUrXxAIwP+z', nonce: 'DbGP15gD5q3YRs1c' }

export const encryptOperations: Readonly<Record<string, Operation>> = {
  encrypt: {
    route: 'POST /v1/keystores/:keystoreId/keys/:keyId/encrypt',
    caller: 'invoker',
    tag: 'Encryption',
    summary: 'Encrypt a message',
    answer: 'The ciphertext, and the nonce, which is random.',
    examples: { hello: { params: withEncryptionKey, body: { message, associated_data }, reply: encrypted } },
  },
  decrypt: {
    route: 'POST /v1/keystores/:keystoreId/keys/:keyId/decrypt',
    caller: 'invoker',
    tag: 'Encryption',
    summary: 'Decrypt a ciphertext',
    answer: 'What was encrypted, by any of the versions of the key.',
    examples: {
      hello: { params: withEncryptionKey, body: { ...encrypted, associated_data }, reply: { plaintext: message } },
      other: {
        summary: 'With other associated data',
        params: withEncryptionKey,
        body: { ...encrypted, associated_data: 'b3RoZXI=' },
        status: 400,
        reply: errorReply('DECRYPTION_FAILED', 'the ciphertext does not open with this key, nonce and associated data'),
      },
    },
  },
}
