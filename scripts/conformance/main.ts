import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startService } from '../service-process.ts'
import { checkConformance } from './run.ts'
import { makeSampleKeys } from './sample-keys.ts'

/**
 * Asks a service of one's own everything that its `/openapi.json` says can be asked, and much that it does not:
 * `npm run conformance -- --examples 200 --seed 7 --auth none`. Ends with 1 if an answer was not as documented.
 */
const { values } = parseArgs({
  options: {
    /** For each operation. */
    examples: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    /** What the service asks for (`KMS_AUTH_TYPE`): with none requests get through to the keys. */
    auth: { type: 'string', default: 'none' },
  },
})

const directory = await mkdtemp(join(tmpdir(), 'keyhold-conformance-'))
// Requests that prove nothing are most of what is sent.
const environment = { KMS_AUTH_TYPE: values.auth, KMS_DATABASE_TYPE: 'memory', KMS_RATE_LIMIT_FAILURES: 'off' }
const service = await startService({ directory, environment })
try {
  const keys = values.auth === 'none' ? { keys: await makeSampleKeys(service.url) } : {}
  const onOutput = (text: string) => process.stdout.write(text)
  const options = { examples: Number(values.examples), seed: Number(values.seed), onOutput }
  const outcome = await checkConformance({ service: service.url, directory, ...options, ...keys })
  if ('skip' in outcome) throw new Error(outcome.skip)
  const lines = service.output().split('\n')
  // What has failed inside is in the log alone.
  for (const line of lines.filter(each => each.startsWith('{"level":50'))) process.stdout.write(`${line}\n`)
  process.stdout.write(`${statusesIn(lines)}\n${outcome.cases} requests\n`)
  process.exitCode = outcome.ok ? 0 : 1
} finally {
  await service.stop()
  await rm(directory, { recursive: true, force: true })
}

/** How many answers had each status, by the log. */
function statusesIn(lines: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const line of lines) {
    const status = /"status":(\d+)/.exec(line)?.[1]
    if (status !== undefined) counts.set(status, (counts.get(status) ?? 0) + 1)
  }
  return Array.from(counts, ([status, count]) => `${status}: ${count}`)
    .sort()
    .join(', ')
}
