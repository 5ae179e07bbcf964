import { parseArgs } from 'node:util'
import { measureBeside } from './beside.ts'

/** `npm run bench:beside -- [--rounds N]` */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } })
const { idle, p50, p99, computed } = await measureBeside({ rounds: Number(values.rounds), slice: 1000, warmUp: 4000 })
const [typical, slowest] = [p50, p99].map(
  ({ value, low, high }) => `${value.toFixed(2)} [${low.toFixed(2)}..${high.toFixed(2)}]`,
)
process.stdout.write(
  `A signature is answered after ${idle.toFixed(2)} ms; while BBS+ signatures are computed, ${typical} times as late (the\n` +
    `median), and at the 99th percentile ${slowest} times (${computed} BBS+ signatures meanwhile)\n`,
)
