import { parseArgs } from 'node:util'
import { type BackendReport, measureBackends } from './backends.ts'
import type { Estimate } from './statistics.ts'

/** `npm run bench:backends -- [--rounds N]` */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } })
const report = await measureBackends({ rounds: Number(values.rounds), slice: 200, warmUp: 4000, signs: 10_000 })
if ('skip' in report) {
  process.stderr.write(`${report.skip}\n`)
  process.exitCode = 1
} else {
  process.stdout.write(`${lines(report).join('\n')}\n`)
}

function lines({ cpu, aws, throughput }: BackendReport): string[] {
  return [
    '| operation | embedded µs | MongoDB / embedded [95 %] | MongoDB and AWS KMS / embedded [95 %] |',
    '|---|---|---|---|',
    ...cpu.map(
      row => `| ${row.operation} | ${row.embedded.toFixed(1)} | ${written(row.mongodb)} | ${written(row.aws)} |`,
    ),
    `${aws.signs} sign requests on ${aws.keystores} keystores: ${aws.calls} calls of AWS KMS`,
    `two instances answer ${written(throughput)} times as much as one`,
  ]
}

function written({ value, low, high }: Estimate): string {
  return `${value.toFixed(2)} [${low.toFixed(2)}..${high.toFixed(2)}]`
}
