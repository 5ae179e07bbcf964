import type { Operation } from '../operation.ts'
import { anonymousCredentialOperations } from './anonymous-credentials.ts'
import { capabilityOperations } from './capabilities.ts'
import { encryptOperations } from './encrypt.ts'
import { healthOperations } from './health.ts'
import { jwksOperations } from './jwks.ts'
import { keyBatchOperations } from './key-batches.ts'
import { keyOperations } from './keys.ts'
import { keystoreBatchOperations } from './keystore-batch.ts'
import { keystoreOperations, updateKeystoreOperation } from './keystores.ts'
import { logOperations } from './log.ts'
import { macOperations } from './mac.ts'
import { sessionOperations } from './sessions.ts'
import { signOperations } from './sign.ts'
import { signMultiOperations } from './sign-multi.ts'
import { wrapOperations } from './wrap.ts'

/** Every operation of the API, by its name, in an order in which the examples can be sent. */
export const operations: Readonly<Record<string, Operation>> = {
  ...healthOperations,
  ...keystoreOperations,
  ...capabilityOperations,
  ...sessionOperations,
  ...keyOperations,
  ...jwksOperations,
  ...signOperations,
  ...encryptOperations,
  ...macOperations,
  ...wrapOperations,
  ...keyBatchOperations,
  ...keystoreBatchOperations,
  ...signMultiOperations,
  ...anonymousCredentialOperations,
  ...logOperations,
  ...updateKeystoreOperation,
}
