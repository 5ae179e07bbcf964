import type { Example, Operation } from '../operation.ts'
import { encryptOperations } from './encrypt.ts'
import { macOperations } from './mac.ts'
import { agreementKeyId } from './sample.ts'
import { signOperations } from './sign.ts'
import { wrapOperations } from './wrap.ts'

const { wrapAnonymously: _ofKeystore, ...wraps } = wrapOperations

/** What is random is another thing each time. */
const answers: Readonly<Record<string, readonly unknown[]>> = {
  encrypt: [{ ciphertext: '6KJdr6feoL23lpal9TBG+50QLvIX', nonce: 'efd8X8z7TY87iimI' }],
  wrap: [
    {
      kid: agreementKeyId,
      encryptedcek: 'WTC3Na48sKUZIROx9uGRAK7aMhFp39dZ+3lvrGem7WiyKgdMVNeLkg==',
      epk: { x: '3SgMGtLNwOnbEuy2yif+1HaVI7f+Yi73McwGhld7W3A=', curve: 'X25519', type: 'OKP' },
      alg: 'ECDH-1PU+A128KW',
      apu: 'YWxpY2U=',
      apv: 'Ym9i',
    },
  ],
}

/** Of each operation: what it is for one is told once, and its examples are the items. */
export const keyBatchOperations: Readonly<Record<string, Operation>> = Object.fromEntries(
  Object.entries({ ...signOperations, ...encryptOperations, ...macOperations, ...wraps }).map(([name, operation]) => [
    `${name}Batch`,
    batchOf(operation, answers[name]),
  ]),
)

function batchOf({ route, summary, examples, ...operation }: Operation, answered?: readonly unknown[]): Operation {
  const [first] = Object.values(examples)
  const items = Object.values(examples).filter(({ params }) => params === first?.params)
  return {
    ...operation,
    route: `${route}/batch` as Operation['route'],
    summary: `${summary}: many at once`,
    description:
      'Up to 1,000 items, each as the body of the same operation without `batch`, for which a caller needs to be allowed ' +
      'the same. An item that fails is answered in its place, and harms no other.',
    answer: 'What became of each item, in their order: its answer, or an error.',
    examples: {
      many: {
        ...(first?.params && { params: first.params }),
        body: { items: items.map(({ body }) => body) },
        reply: { results: answered ?? items.map(({ reply = {} }) => reply) },
      } satisfies Example,
    },
  }
}
