import { parseArgs } from 'node:util'
import type { Estimate } from './statistics.ts'
import { measureWorkers } from './workers.ts'

/** `npm run bench:workers -- [--rounds N] [--workers N] [--connections N]` */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '40' },
    workers: { type: 'string', default: '2' },
    connections: { type: 'string', default: '32' },
  },
})
const text = ({ value, low, high }: Estimate) => `${value.toFixed(2)} [${low.toFixed(2)}..${high.toFixed(2)}]`
const workers = Number(values.workers)
const { cost, rate, busy } = await measureWorkers({
  rounds: Number(values.rounds),
  slice: 1000,
  warmUp: 4000,
  connections: Number(values.connections),
  workers,
})
process.stdout.write(
  `${workers} workers give ${text(rate)} times the signatures of one process, beside a client on the same processors, and had\n` +
    `${busy.workers.toFixed(2)} of them against ${busy.one.toFixed(2)}. A signature costs ${text(cost)} times the processor time: with ${workers}\n` +
    `processors to themselves they would give ${(workers / cost.value).toFixed(2)} times as many\n`,
)
