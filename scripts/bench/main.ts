import { readFile, writeFile } from 'node:fs/promises'
import { environment } from './environment.ts'
import { judgements, labels, verdict } from './judgements.ts'
import { installedEd25519 } from './measured.ts'
import { type BenchOptions, readOptions, UsageError } from './options.ts'
import { writeResults } from './results.ts'
import { type OnRow, type Report, type RunOptions, run, type Sections } from './run.ts'
import { headOf, rowOf, tables, withInterval } from './tables.ts'

async function main({ run: whole, check, notes, directory, file }: BenchOptions): Promise<void> {
  const reports: Report[] = []
  let misses = 0
  // One part after the other, so that what was measured is written down whatever becomes of the rest.
  for (const part of partsOf(whole)) {
    const report = await run(part, printing())
    const { echo, twin } = report
    print(`bare echo ${echo.value.toFixed(1)} µs; the same echo in another process ${withInterval(twin)} of it\n`)
    if (directory !== undefined)
      await writeResults(directory, report, { environment: environment(), notes, rounds: part.rounds })
    if (check) misses += printMisses(report)
    reports.push(report)
  }
  if (file !== undefined) await writeFile(file, `${JSON.stringify({ environment: environment(), reports })}\n`)
  if (directory !== undefined) print(`written to ${directory}`)
  if (misses > 0) process.exitCode = 1
}

/** A run for each section that has something to measure. */
function partsOf(whole: RunOptions): RunOptions[] {
  const nothing = { ...whole, rows: [], durable: [], peers: [] }
  const { rows, durable = [], peers = [] } = whole
  const parts: RunOptions[] = [
    { ...nothing, rows },
    { ...nothing, durable },
    { ...nothing, peers },
  ]
  return parts.filter(part => part.rows.length + (part.durable?.length ?? 0) + (part.peers?.length ?? 0) > 0)
}

/** Prints each row when it is known, under the head of its section. */
function printing(): OnRow {
  let last: keyof Sections | undefined
  return (section, row) => {
    if (section !== last) print(headOf(tables[section]))
    last = section
    print(rowOf(tables[section], row))
  }
}

/** @returns how many figures miss their targets by more than a busy machine explains */
function printMisses(report: Report): number {
  const missesOf = <S extends keyof Sections>(section: S) =>
    (report[section] as readonly Sections[S][]).flatMap(row =>
      judgements[section](row)
        .filter(each => verdict(each) === 'missed')
        .map(({ figure, value, bound, target }) => {
          return `missed: ${labels[section](row)}: ${figure} ${value.toFixed(2)}, at ${bound} ${target}`
        }),
    )
  const misses = [...missesOf('rows'), ...missesOf('durable'), ...missesOf('peers')]
  print(misses.length === 0 ? 'no figure misses its target by more than 10 %' : misses.join('\n'))
  return misses.length
}

/** Never an argument: those can be read by everybody on the machine. */
async function readToken(): Promise<string | undefined> {
  const file = process.env['KEYHOLD_BENCH_TOKEN_FILE']
  return file === undefined ? undefined : (await readFile(file, 'utf8')).trim()
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

try {
  const token = await readToken()
  const ed25519 = await installedEd25519()
  await main(readOptions(process.argv.slice(2), { ed25519, ...(token !== undefined && { token }) }))
} catch (error) {
  const isUsage = error instanceof UsageError
  process.stderr.write(isUsage ? error.message : `${error instanceof Error ? error.stack : error}\n`)
  process.exitCode = isUsage ? 2 : 1
}
