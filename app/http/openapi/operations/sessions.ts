import type { Operation } from '../operation.ts'
import { errorReply } from '../operation.ts'
import { inKeystore } from './sample.ts'

/** RFC 7748 section 6.1. */
const openerKey = { kty: 'OKP', crv: 'X25519', x: 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo' }

export const sessionOperations: Readonly<Record<string, Operation>> = {
  openSession: {
    route: 'POST /v1/keystores/:keystoreId/sessions',
    caller: 'opener',
    tag: 'Sessions',
    summary: 'Open a session with a capability',
    description:
      'The invocation names the action `openSession`, which no capability need list. Both sides derive the key of the session ' +
      'from the two ephemeral X25519 keys; `docs/sessions.md` says how, and how requests are made with it.',
    answer: 'It is open.',
    examples: {
      'without a capability': {
        summary: 'There is nothing to open a session with',
        params: inKeystore,
        body: { public_key: openerKey, ttl: 60 },
        status: 422,
        reply: errorReply('OPERATION_UNSUPPORTED', 'a session is opened with a capability'),
      },
    },
  },
  listSessions: {
    route: 'GET /v1/keystores/:keystoreId/sessions',
    caller: 'signer',
    tag: 'Sessions',
    summary: 'The sessions that are open',
    description: 'For the controller of the keystore.',
    answer: 'A hundred at most, in the order of their ids; `after` asks for those that follow.',
    headers: { Link: 'Where the list goes on, with `rel="next"` (RFC 8288).' },
    examples: { none: { params: inKeystore, reply: { sessions: [] } } },
  },
  closeSession: {
    route: 'DELETE /v1/keystores/:keystoreId/sessions/:sessionId',
    caller: 'closer',
    tag: 'Sessions',
    summary: 'Close a session',
    description:
      'Over the session itself, by a signature of the key that has opened it, or by the controller of the keystore.',
    answer: 'It is closed.',
    examples: {
      unknown: {
        params: { ...inKeystore, sessionId: 'Yb2zVvKfN0Hc3sQ1m5xW8rTe' },
        status: 404,
        reply: errorReply('SESSION_NOT_FOUND', 'there is no such session in this keystore'),
      },
    },
  },
}
