import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { environment } from '../environment.ts'
import { whereAndWhen } from '../page.ts'
import { seededRandom } from '../statistics.ts'
import { compareStarts, startHead, startLine } from './report.ts'
import { bareServer, measureStarts, type Startable, serviceMain } from './starts.ts'

/** `npm run bench:start -- [--rounds N] [--out DIRECTORY]`: a start of the service against one of bare Fastify. */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' }, out: { type: 'string' } } })
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
  const table = [startHead, ...rows.map(startLine)].join('\n')
  process.stdout.write(`${table}\n`)
  if (values.out !== undefined) {
    const where = environment()
    await writeFile(
      join(values.out, 'start.json'),
      `${JSON.stringify({ environment: where, rounds, rows }, null, 1)}\n`,
    )
    await writeFile(join(values.out, 'start.md'), page(table, whereAndWhen(where), rounds))
  }
} finally {
  await rm(directory, { recursive: true })
}

function page(table: string, circumstances: string, starts: number): string {
  return `# Starts

Written by \`npm run bench:start\`. ${circumstances}

${table}

Medians of ${starts} starts each, in turn, until the process listens; the store is there already. Bare Fastify has its logger, the
validators of the service and one route. The memory is that of a second later, when nothing was asked yet.
`
}
