import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { full, once, type Report, type Row, type RunOptions, run } from './run.ts'
import type { Estimate } from './statistics.ts'
import { operations } from './variants.ts'

const usage = `usage: npm run bench -- [--rounds N] [--operations NAME,…] [--ed25519 NAME] [--once] [--seed N] [--json FILE]
  --rounds N         how often each variant gets its turn (default ${full.rounds})
  --operations NAME  of ${[...new Set(operations.map(({ name }) => name))].join(', ')} (default: all)
  --ed25519 NAME     libsodium or openssl, for the service and its floor (default: libsodium where it is installed)
  --once             one tiny round, to see that everything works
  --seed N           of the order of turns (default 1)
  --json FILE        writes every round as well
`

function readOptions(args: readonly string[]): { readonly options: RunOptions; readonly file: string | undefined } {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: text, operations: text, ed25519: text, seed: text, json: text, once: { type: 'boolean' } },
  })
  const extent = values.once ? once : full
  const names = values.operations?.split(',')
  if (names?.some(name => !operations.some(operation => operation.name === name))) throw new RangeError()
  const options = {
    ...extent,
    rounds: values.rounds === undefined ? extent.rounds : wholeNumber(values.rounds),
    seed: wholeNumber(values.seed ?? '1'),
    settings: { KMS_ED25519: values.ed25519 ?? 'auto' },
    operations: operations.filter(({ name }) => names?.includes(name) ?? true),
  }
  return { options, file: values.json }
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new RangeError()
  return Number(text)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function printRow({ operation, keyType, proof, floor, real, efficiency, overhead }: Row): void {
  const cells = [
    operation,
    keyType,
    proof,
    floor.toFixed(1),
    real.toFixed(1),
    withInterval(efficiency),
    withInterval(overhead),
  ]
  print(`| ${cells.join(' | ')} |`)
}

function withInterval({ value, low, high }: Estimate): string {
  return `${value.toFixed(2)} [${low.toFixed(2)}..${high.toFixed(2)}]`
}

async function main(args: readonly string[]): Promise<void> {
  const { options, file } = readOptions(args)
  print('| operation | key type | request | floor µs | real µs | η = floor / real [95 %] | overhead in echoes [95 %] |')
  print('|---|---|---|---|---|---|---|')
  const report: Report = await run(options, printRow)
  print(`\nbare echo ${report.echo.toFixed(1)} µs; the same echo in another process ${withInterval(report.twin)} of it`)
  if (file !== undefined) await writeFile(file, `${JSON.stringify(report)}\n`)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  const isUsage = error instanceof RangeError || (error instanceof TypeError && 'code' in error)
  process.stderr.write(isUsage ? usage : `${error instanceof Error ? error.stack : error}\n`)
  process.exitCode = isUsage ? 2 : 1
}
