import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { progressBar } from '@keyhold/app/cli/progress-bar.js'
import { databaseUrl, startMongo } from '../../servers/start.ts'
import { environment } from '../environment.ts'
import { compareStarts, startHead, startLine } from '../start/report.ts'
import { measureStarts, type Startable, serviceMain } from '../start/starts.ts'
import { seededRandom } from '../statistics.ts'
import { type BigStore, bigStore } from './big-store.ts'
import type { Extent } from './fill.ts'
import { fillStore } from './fill-store.ts'
import { full, measureScale } from './measure.ts'
import { memoryTable, page, rowHead, rowLine } from './tables.ts'

const usage = `usage: npm run bench:scale -- [--store embedded|mongodb] [--keystores N] [--keys N] [--small N] [--directory DIR] …
  --store NAME       where the keys are (default embedded); a MongoDB of KEYHOLD_TEST_MONGO_URL, or that of npm run servers
  --keystores N      of the big store (default 10000)
  --keys N           of each keystore (default 100)
  --small N          keystores of the small store (default 100)
  --directory DIR    where the stores are made, and kept; what is there already is not made again (default: a temporary one)
  --fill             only makes the stores
  --rounds N         how often each service gets its turn (default ${full.rounds})
  --starts N         how often the service is started over each store (default 10)
  --seed N           of which keys are asked for, and of the order of turns (default 1)
  --out DIRECTORY    where scale-STORE.json and a page are written as well
`

const text = { type: 'string' } as const
const number = (value: string) => ({ ...text, default: value })

function readOptions(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      store: number('embedded'),
      keystores: number('10000'),
      keys: number('100'),
      small: number('100'),
      rounds: number(String(full.rounds)),
      starts: number('10'),
      seed: number('1'),
      directory: text,
      out: text,
      fill: { type: 'boolean' },
    },
  })
  const { directory, out, fill = false } = values
  const store = (['embedded', 'mongodb'] as const).find(name => name === values.store)
  if (store === undefined) throw new RangeError()
  const [keystores, keysEach, small] = [values.keystores, values.keys, values.small].map(wholeNumber) as Three
  const [rounds, starts, seed] = [values.rounds, values.starts, values.seed].map(wholeNumber) as Three
  return { store, directory, out, fill, keysEach, keystores, small, rounds, starts, seed }
}

type Three = [number, number, number]

function wholeNumber(written: string): number {
  if (!/^[1-9]\d{0,7}$/.test(written)) throw new RangeError()
  return Number(written)
}

const { stdout, stderr } = process

function print(...lines: readonly string[]): void {
  stdout.write(`${lines.join('\n')}\n`)
}

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args)
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'keyhold-scale-')))
  const server = options.store === 'mongodb' ? await startMongo({ directory }) : undefined
  if (server !== undefined && 'skip' in server) throw new Error(server.skip)
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.once('SIGINT', stop)
  const bar = progressBar(stderr)
  try {
    const storeOf = async (name: 'small' | 'big', keystores: number): Promise<readonly [BigStore, Extent]> => {
      const extent = { keystores, keysEach: options.keysEach }
      const store = await bigStore(join(directory, name), server && databaseUrl(server.url, `scale_${name}`))
      const began = performance.now()
      const { made, whole } = await fillStore(store, extent, bar, stopping.signal)
      if (!whole) throw new Error(`interrupted; with --directory the next run goes on from here: ${directory}`)
      const seconds = (performance.now() - began) / 1000
      if (made > 0)
        print(`${name}: made ${made} keys in ${seconds.toFixed(0)} s, ${(made / seconds).toFixed(0)} a second`)
      return [store, extent]
    }
    const stores = { small: await storeOf('small', options.small), big: await storeOf('big', options.keystores) }
    process.off('SIGINT', stop)
    if (options.fill) return
    print(rowHead)
    const report = await measureScale(stores, { ...full, ...options }, row => print(rowLine(row)))
    print('', memoryTable(report.memory))
    const random = seededRandom(options.seed)
    const startable = ([{ settings }]: readonly [BigStore, Extent]): Startable => ({
      file: serviceMain,
      args: ['start'],
      environment: { ...settings, KMS_AUTH_TYPE: 'none', KMS_SHUTDOWN_DELAY: '0', KMS_LOG_LEVEL: 'info' },
      directory,
    })
    const startables = { small: startable(stores.small), big: startable(stores.big) }
    const starts = compareStarts(await measureStarts(startables, options.starts, random), 'small', random)
    print('', startHead, ...starts.map(startLine))
    const results = { store: options.store, environment: environment(), ...report, starts }
    if (options.out === undefined) return
    await mkdir(options.out, { recursive: true })
    const file = join(options.out, `scale-${options.store}`)
    await writeFile(`${file}.json`, `${JSON.stringify(results, null, 1)}\n`)
    await writeFile(`${file}.md`, page(results))
  } finally {
    bar.end()
    if (server !== undefined && !('skip' in server)) await server.stop()
    if (options.directory === undefined) await rm(directory, { recursive: true })
  }
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  const isUsage = error instanceof RangeError || (error instanceof TypeError && 'code' in error)
  stderr.write(isUsage ? usage : `${error instanceof Error ? error.stack : error}\n`)
  process.exitCode = isUsage ? 2 : 1
}
