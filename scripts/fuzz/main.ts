import { parseArgs } from 'node:util'
import { runTarget } from './run-target.ts'
import { targets } from './targets.ts'

/**
 * Feeds changed inputs to every parser of what strangers send: `npm run fuzz -- --runs 100000 --seed 7`. Tells how many
 * were accepted and which took longest; ends at the first that fails.
 */
const { values } = parseArgs({
  options: {
    /** For each parser. */
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    /** One parser alone. */
    target: { type: 'string' },
  },
})

const chosen = Object.entries(targets).filter(([name]) => values.target === undefined || name === values.target)
if (chosen.length === 0) throw new Error(`--target: one of ${Object.keys(targets).join(', ')}`)
for (const [name, target] of chosen) {
  const { runs, accepted, slowest } = runTarget(name, target, Number(values.runs), Number(values.seed))
  const time = `${slowest.milliseconds.toFixed(2)} ms for ${slowest.length} bytes`
  process.stdout.write(`${name.padEnd(34)} ${runs} inputs, ${accepted} accepted, slowest ${time}\n`)
}
