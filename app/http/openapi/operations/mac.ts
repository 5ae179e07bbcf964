import type { Operation } from '../operation.ts'
import { message, withMacKey } from './sample.ts'

const mac = 'AS8j8ia+4P4t2m/lw5qCC++kagcYctmMknjrUSGKtbGZ15YoDg=='

export const macOperations: Readonly<Record<string, Operation>> = {
  computeMAC: {
    route: 'POST /v1/keystores/:keystoreId/keys/:keyId/computemac',
    caller: 'invoker',
    tag: 'MACs',
    summary: 'Compute a MAC',
    answer: 'The MAC, by the newest version of the key.',
    examples: { hello: { params: withMacKey, body: { data: message }, reply: { mac } } },
  },
  verifyMAC: {
    route: 'POST /v1/keystores/:keystoreId/keys/:keyId/verifymac',
    caller: 'invoker',
    tag: 'MACs',
    summary: 'Verify a MAC',
    answer: 'It is valid: by one of the versions of the key.',
    examples: { valid: { params: withMacKey, body: { mac, data: message } } },
  },
}
