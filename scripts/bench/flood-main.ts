import { parseArgs } from 'node:util'
import { measureFlood } from './flood.ts'

/** `npm run bench:flood -- [--rounds N] [--connections N] [--workers N] [--key-type TYPE]` */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    connections: { type: 'string', default: '64' },
    workers: { type: 'string', default: '1' },
    'key-type': { type: 'string', default: 'ED25519' },
  },
})
const { idle, flooded, p50, p99, others } = await measureFlood({
  rounds: Number(values.rounds),
  slice: 300,
  warmUp: 1000,
  connections: Number(values.connections),
  keyType: values['key-type'],
  environment: { KMS_WORKERS: values.workers },
})
const [typical, slowest] = [p50, p99].map(
  ({ value, low, high }) => `${value.toFixed(2)} [${low.toFixed(2)}..${high.toFixed(2)}]`,
)
process.stdout.write(
  `A signature takes ${idle.p50.toFixed(2)} ms (p99 ${idle.p99.toFixed(2)}); while another keystore is flooded over ` +
    `${values.connections} connections, ${flooded.p50.toFixed(2)} ms (p99 ${flooded.p99.toFixed(2)}): ${typical} times, at the ` +
    `99th percentile ${slowest} times. The other got ${others.toFixed(0)} signatures a second\n`,
)
