import { parseArgs } from 'node:util'
import { measureUserLocks } from './user-locks.ts'

/** `npm run bench:users -- [--rounds N]` */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } })
const report = await measureUserLocks({ rounds: Number(values.rounds), slice: 200, warmUp: 4000 })
if ('skip' in report) {
  process.stderr.write(`${report.skip}\n`)
  process.exitCode = 1
} else {
  const { plain, shared, calls } = report
  const [value, low, high] = [shared.value, shared.low, shared.high].map(figure => figure.toFixed(2))
  process.stdout.write(
    `A signature with a key of the store takes ${plain.toFixed(1)} µs of processor time, with one in a vault under a lock\n` +
      `that is shared with its user ${value} [${low}..${high}] times that (${calls} calls to the vault and the auth server)\n`,
  )
}
