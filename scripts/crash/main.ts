import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type CrashReport, crashRounds, storeNames } from './rounds.ts'

/** `npm run crash -- [--store NAME] [--rounds N] [--seed S] [--json]` */
const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'embedded' },
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    json: { type: 'boolean', default: false },
  },
})
const [rounds, seed] = [Number(values.rounds), Number(values.seed)]
if (!(Number.isSafeInteger(rounds) && rounds > 0 && Number.isSafeInteger(seed))) {
  throw new RangeError('--rounds and --seed: whole numbers, and at least one round')
}
const store = storeNames.find(name => name === values.store)
if (store === undefined) throw new RangeError(`--store: ${storeNames.join(' or ')}`)
const { stdout } = process
const directory = await mkdtemp(join(tmpdir(), 'keyhold-crash-'))

const report = await crashRounds({
  store,
  rounds,
  seed,
  directory,
  report: progress => stdout.isTTY && stdout.write(`\r${bar(progress)}`),
})
if (stdout.isTTY) stdout.write('\n')
stdout.write(values.json ? `${JSON.stringify(report)}\n` : lines(report))
if (report.violations.length === 0) {
  await rm(directory, { recursive: true })
} else {
  stdout.write(`the store is left in ${directory}\n`)
  process.exitCode = 1
}

function bar({ rounds: done, checks, violations }: CrashReport): string {
  const width = 30
  const filled = '='.repeat(Math.round((done / rounds) * width))
  return `[${filled.padEnd(width)}] ${done}/${rounds} rounds, ${checks} checks, ${violations.length} violations`
}

function lines({ kills, acknowledged, unanswered, versions, violations, ...figures }: CrashReport): string {
  const table: (readonly [string, unknown])[] = [
    ...Object.entries(figures),
    ...Object.entries(kills).map(([name, count]) => [`killed: ${name}`, count] as const),
    ...Object.entries(versions).map(([type, count]) => [`versions of type ${type}`, count] as const),
    ...Object.entries(acknowledged).map(([kind, count]) => [`acknowledged: ${kind}`, count] as const),
    ...Object.entries(unanswered).map(
      ([kind, { done, notDone }]) => [`unanswered: ${kind}`, `${done} done, ${notDone} not done`] as const,
    ),
    ['violations', violations.length],
    ...violations.map((violation, index) => [`violation ${index + 1}`, violation] as const),
  ]
  return table.map(([name, figure]) => `${name}: ${figure}\n`).join('')
}
