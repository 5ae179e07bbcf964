import type { Operation } from '../operation.ts'
import { controller, inKeystore, signatureKeyId } from './sample.ts'

export const logOperations: Readonly<Record<string, Operation>> = {
  readLog: {
    route: 'GET /v1/keystores/:keystoreId/log',
    caller: 'signer',
    tag: 'Keystores',
    summary: 'What was done with a keystore and its keys',
    description:
      'For its controller, and for whoever holds a token for it. An entry for each request, refused ones too, and those of ' +
      'the chains that they stand in. Each names the hash of the one before it; `docs/audit-log.md` says how they are verified.',
    answer: 'JSON Lines, the latest entry first; about a thousand at most.',
    mediaType: 'application/jsonl',
    headers: { Link: 'Where the log goes on, with `rel="next"` (RFC 8288).' },
    examples: {
      page: {
        params: inKeystore,
        reply:
          '{"chain":"m8VPrBZ7WqCWVVv9ZGkO8g","seq":3,"prev":"o0vVv8hJtCgrdoT0GfRMrPmbnZ5c6pN0tOLFfjd2vVA",' +
          `"time":"2026-01-02T03:04:05.678Z","type":"decision","request":"mkygYQ-klzEzcN8e-1x","operation":"sign",` +
          `"principal":"${controller}","key":"${signatureKeyId}","version":1,"status":200}\n`,
      },
    },
  },
}
