import type { Operation } from '../operation.ts'
import { delegatedCapability } from './delegated-capability.ts'
import { inKeystore } from './sample.ts'

export const capabilityOperations: Readonly<Record<string, Operation>> = {
  revokeCapability: {
    route: 'POST /v1/keystores/:keystoreId/zcaps/revocations/:capabilityId',
    caller: 'signer',
    tag: 'Capabilities',
    summary: 'Revoke a delegated capability',
    description:
      'And with it everything below it, at once, wherever the store is shared. For the controller of the keystore, and for ' +
      'whoever controls a link of the chain. The body is the capability.',
    answer: 'It is revoked.',
    examples: {
      delegated: { params: { ...inKeystore, capabilityId: delegatedCapability.id }, body: delegatedCapability },
    },
  },
  listRevocations: {
    route: 'GET /v1/keystores/:keystoreId/zcaps/revocations',
    caller: 'signer',
    tag: 'Capabilities',
    summary: 'What was revoked',
    description: 'For the controller of the keystore.',
    answer: 'A hundred revocations at most, in the order of their ids; `after` asks for those that follow.',
    examples: {
      first: {
        params: inKeystore,
        reply: {
          revocations: [
            {
              id: delegatedCapability.id,
              revoked: '2026-01-15T09:30:00.000Z',
              by: 'local',
              expires: '2026-04-15T09:30:00.000Z',
            },
          ],
        },
      },
    },
  },
}
