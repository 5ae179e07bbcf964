import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type SoakReport, soak } from './soak.ts'

/** `npm run soak -- [--minutes N] [--warm-up MINUTES] [--rate TASKS] [--seed S] [--json]` */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    'warm-up': { type: 'string' },
    rate: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    json: { type: 'boolean', default: false },
  },
})
const minutes = Number(values.minutes)
const warmUp = Number(values['warm-up'] ?? minutes / 3)
const [rate, seed] = [Number(values.rate), Number(values.seed)]
if (!(minutes > 0 && warmUp >= 0 && warmUp < minutes && rate > 0 && Number.isSafeInteger(seed))) {
  throw new RangeError(
    '--minutes, --warm-up and --rate: numbers, of which the warm-up is the smaller; --seed: a whole one',
  )
}
const { stdout } = process
const directory = await mkdtemp(join(tmpdir(), 'keyhold-soak-'))
const megabytes = (bytes: number) => (bytes / 1_048_576).toFixed(2)

const report = await soak({
  directory,
  duration: minutes * 60_000,
  warmUp: warmUp * 60_000,
  interval: Math.min(10_000, minutes * 1000),
  rate,
  bounds: { keystores: 300, versions: 2 },
  seed,
  report: ({ part, tasks, rss }) => {
    if (!stdout.isTTY) return
    const bar = '='.repeat(Math.round(part * 30)).padEnd(30)
    stdout.write(`\r[${bar}] ${tasks} tasks, ${megabytes(rss)} MiB`)
  },
})
if (stdout.isTTY) stdout.write('\n')
stdout.write(values.json ? `${JSON.stringify({ ...report, rate, seed, warmUp })}\n` : lines(report))
await rm(directory, { recursive: true })
if (report.violations.length > 0) process.exitCode = 1

function lines({ seconds, tasks, violations, slopes, loopDelay, longestLoopDelay }: SoakReport): string {
  const bytes = new Set(['rss', 'anonymous', 'heap', 'external'])
  const table: (readonly [string, unknown])[] = [
    ['seconds', seconds],
    ...Object.entries(tasks).map(([name, count]) => [`done: ${name}`, count] as const),
    ...Object.entries(slopes).map(([name, { mean, perHour, within }]) => {
      const [show, unit] = bytes.has(name) ? [megabytes, ' MiB'] : [(figure: number) => figure.toFixed(2), '']
      return [name, `${show(mean)}${unit} on average, ${show(perHour)} ± ${show(within)}${unit} in an hour`] as const
    }),
    ['event loop late by', `${loopDelay.toFixed(2)} ms on average, ${longestLoopDelay.toFixed(0)} ms at worst`],
    ['violations', violations.length],
    ...violations.map((violation, index) => [`violation ${index + 1}`, violation] as const),
  ]
  return table.map(([name, figure]) => `${name}: ${figure}\n`).join('')
}
