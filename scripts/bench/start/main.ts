import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seededRandom } from '../statistics.ts'
import { compareStarts, startHead, startLine } from './report.ts'
import { bareServer, measureStarts, type Startable, serviceMain } from './starts.ts'

/** `npm run bench:start -- [--rounds N] [--json FILE]`: a start of the service against one of bare Fastify. */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' }, json: { type: 'string' } } })
const rounds = Number(values.rounds)
if (!(Number.isSafeInteger(rounds) && rounds > 0)) throw new RangeError('--rounds: how often each is started')
const directory = await mkdtemp(join(tmpdir(), 'keyhold-start-'))
try {
  const service = async (name: string, settings: Startable['environment']): Promise<Startable> => {
    const environment = { KMS_HOST: '127.0.0.1:0', KMS_AUTH_TYPE: 'none', KMS_SHUTDOWN_DELAY: '0', ...settings }
    const own = join(directory, name)
    await mkdir(own)
    return { file: serviceMain, args: ['start'], environment, directory: own }
  }
  const startables = {
    'bare Fastify': { file: bareServer, args: [], environment: {}, directory },
    'keyhold start': await service('service', {}),
    'keyhold start, capabilities and metrics': await service('observed', {
      KMS_AUTH_TYPE: 'zcap',
      KMS_METRICS_HOST: '127.0.0.1:0',
    }),
  }
  const random = seededRandom(1)
  // The first start makes the store, and each start after it opens that one.
  await measureStarts(startables, 1, random)
  const rows = compareStarts(await measureStarts(startables, rounds, random), 'bare Fastify', random)
  process.stdout.write(`${[startHead, ...rows.map(startLine)].join('\n')}\n`)
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(rows)}\n`)
} finally {
  await rm(directory, { recursive: true })
}
