import type { Operation } from '../operation.ts'

export const healthOperations: Readonly<Record<string, Operation>> = {
  healthcheck: {
    route: 'GET /healthcheck',
    tag: 'Health',
    summary: 'Whether the process answers',
    answer: 'It does.',
    examples: { success: { reply: { current_time: '2026-01-15T09:30:00.000Z', status: 'success' } } },
  },
  liveness: {
    route: 'GET /health/live',
    tag: 'Health',
    summary: 'Whether the process answers, and nothing else',
    answer: 'It does.',
    examples: { live: { reply: { status: 'ok' } } },
  },
  readiness: {
    route: 'GET /health/ready',
    tag: 'Health',
    summary: 'Whether the store and the lock answer',
    description:
      'The `age` of what was found out is in seconds. What only some keystores need (`shares`, `auth_server`, `issuer`, `vault`) is told once it is configured or was called, and decides nothing.',
    answer: 'Both do.',
    examples: {
      ready: {
        reply: {
          status: 'ok',
          store: 'ok',
          lock: 'ok',
          checks: { store: { state: 'ok', age: 0 }, lock: { state: 'ok', age: 0 } },
        },
      },
    },
  },
}
