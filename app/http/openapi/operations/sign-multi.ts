import type { Operation } from '../operation.ts'
import { withMultiKey } from './sample.ts'

const statement = {
  messages: ['ZmFtaWx5IG5hbWU6IERvZQ==', 'Z2l2ZW4gbmFtZTogSmFuZQ==', 'Ym9ybjogMTk5MA=='],
  header: 'djE=',
}
const signature =
  'gFr8u9DJyKb6OwglsAAlIw+xrJ2yaoz7qOOZO9KKXM429paWlCjeKnICt33kf5BlNBwERAG966b0oeCesspJA86nO8gabvm4P3tFaXWfSE0='
const proof =
  'sFDW7g5GDgrcoDdWl8xKI+L7nm/Ph/fOk3bisyOAYcrireFVCsglkcaaGDi9EtB+hGRU2axUk96CejCsz5Q5XYD/0gp7ylLXfb/ZGrcTIVDmIsq1teGOW2gyiJl1fi86kpGEua+smvhJwsHTb60tZp6je7XC/QuoaTsjRZ5U77A5GE5cc7gKw7oeMLCzGpTpSArtI65tY4OAHCiUTOKC7sysgbRBZiJ4UVF6jHCx808xbu3vFhN6x0ITx0GL357N1sNsRUkaQcHS59Oq/QMNDQmPjnnFgVd4v8C175wicB/e7DDiIdCENJSzkDCj7BA4XOC2Mbb9tMp+V721J88Kjx4iwxZFnrRkmp67TJYzncoFtBoPcul/dDGxFNTucdraID4UksdOWcIc++87t0qZ1g5dyA+PeIEzcljlJ2lUwKcxTLLxI+zTefDGBj4ITGx5'
/** Only the last message is told. */
const told = { nonce: 'b25jZQ==', revealed_indexes: [2] }

export const signMultiOperations: Readonly<Record<string, Operation>> = {
  signMulti: {
    route: 'POST /v1/keystores/:keystoreId/keys/:keyId/signmulti',
    caller: 'invoker',
    tag: 'Signatures over many messages',
    summary: 'Sign messages together',
    answer: 'One signature over all of them.',
    examples: { three: { params: withMultiKey, body: statement, reply: { signature } } },
  },
  verifyMulti: {
    route: 'POST /v1/keystores/:keystoreId/keys/:keyId/verifymulti',
    caller: 'invoker',
    tag: 'Signatures over many messages',
    summary: 'Verify a signature over messages',
    answer: 'It is valid.',
    examples: { three: { params: withMultiKey, body: { ...statement, signature } } },
  },
  deriveProof: {
    route: 'POST /v1/keystores/:keystoreId/keys/:keyId/deriveproof',
    caller: 'invoker',
    tag: 'Signatures over many messages',
    summary: 'Prove a signature while telling only some of its messages',
    answer: 'The proof, random each time.',
    examples: { lastOfThree: { params: withMultiKey, body: { ...statement, signature, ...told }, reply: { proof } } },
  },
  verifyProof: {
    route: 'POST /v1/keystores/:keystoreId/keys/:keyId/verifyproof',
    caller: 'invoker',
    tag: 'Signatures over many messages',
    summary: 'Verify such a proof',
    answer: 'It is valid.',
    examples: {
      lastOfThree: {
        params: withMultiKey,
        body: { ...statement, messages: statement.messages.slice(2), proof, ...told },
      },
    },
  },
}
