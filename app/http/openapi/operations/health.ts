import type { Operation } from '../operation.ts'

export const healthOperations: Readonly<Record<string, Operation>> = {
  healthcheck: {
    route: 'GET /healthcheck',
    tag: 'Health',
    summary: 'Whether the process answers',
    answer: 'It does.',
    examples: { success: { reply: { current_time: '2026-01-15T09:30:00.000Z', status: 'success' } } },
  },
  readiness: {
    route: 'GET /health/ready',
    tag: 'Health',
    summary: 'Whether the store and the lock answer',
    answer: 'Both do.',
    examples: { ready: { reply: { status: 'ok', store: 'ok', lock: 'ok' } } },
  },
}
