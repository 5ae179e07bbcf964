import type { Operation } from '../operation.ts'
import { agreementKeyId, inKeystore, macKeyId, message, signatureKeyId } from './sample.ts'
import { wrappedAnonymously } from './wrap.ts'

const digest = 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ='

export const keystoreBatchOperations: Readonly<Record<string, Operation>> = {
  batch: {
    route: 'POST /v1/keystores/:keystoreId/batch',
    caller: 'invoker',
    tag: 'Keys',
    summary: 'Do several things with several keys',
    description:
      'Up to 1,000 items, each as the body of its `operation`, with the id of its `key`. Where bytes stand, an item can name ' +
      'what one before it answers: `from` is its `id`, `member` a member of its answer. With `answer: false` that is told to ' +
      'nobody. A content key that was unwrapped can be the `key` of `encrypt` and `decrypt`. A caller needs to be allowed ' +
      'each action with each key, or nothing is done; the action that is invoked is `batch`.',
    answer: 'What became of each item, in their order: its answer, `{}` if that was not wanted, or an error.',
    examples: {
      hashSignMac: {
        summary: 'A hash is signed, and the signature marked',
        params: inKeystore,
        body: {
          items: [
            { operation: 'hash', id: 'hash', algorithm: 'SHA-256', message },
            { operation: 'sign', id: 'signature', key: signatureKeyId, message: { from: 'hash', member: 'digest' } },
            { operation: 'computemac', key: macKeyId, data: { from: 'signature', member: 'signature' } },
          ],
        },
        reply: {
          results: [
            { digest },
            { signature: 'V5A1zV8dbijeO9QotKVQky9atcAnpaz1KoWBJynDS659PsQLJ07Hv5XsDI9EB7JPy75yM6cwij5Ck3e2sdixBQ==' },
            { mac: 'AdUDTIO0f+2HQScJsKxhOwRLJpydGXdb2JcXyErfhfSTe2j7tw==' },
          ],
        },
      },
      contentKey: {
        summary: 'A content key that nobody sees encrypts',
        params: inKeystore,
        body: {
          items: [
            { operation: 'unwrap', id: 'cek', key: agreementKeyId, answer: false, wrapped_key: wrappedAnonymously },
            {
              operation: 'encrypt',
              key: { from: 'cek', member: 'key', key_type: 'AES256GCM' },
              message,
            },
          ],
        },
        reply: { results: [{}, { ciphertext: 'AaWkvXLnVXlZWruzW+bRmt7zz1QT', nonce: 'Ncb7O3QH0hGvPUWh' }] },
      },
    },
  },
}
