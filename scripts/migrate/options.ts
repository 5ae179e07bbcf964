import { parseArgs } from 'node:util'
import { isSameLocation, type Location, parseLocation } from './location.ts'

export interface Options {
  readonly from: Location
  readonly to: Location
  readonly json: boolean
}

const usage = `usage: npm run migrate -- --from STORE --to STORE
  --from STORE        the store to move, which is left as it is (default: KEYHOLD_MIGRATE_FROM)
  --to STORE          a new one (default: KEYHOLD_MIGRATE_TO)
  --prefix-from TEXT  stands before the names of the collections in MongoDB
  --prefix-to TEXT
  --json              answers one line of JSON
STORE is embedded:DIRECTORY or mongodb://…; in a variable a password does not show in the list of processes.
Stop the service first.
`

/** What is wrong with the command line, and how it is written. */
export class UsageError extends Error {
  override readonly name = 'UsageError'

  constructor(problem: string) {
    super(`${problem}\n${usage}`)
  }
}

/** @throws UsageError, which repeats nothing that may hold a password */
export function readOptions(args: readonly string[], environment: NodeJS.ProcessEnv): Options {
  try {
    const text = { type: 'string' } as const
    const options = { from: text, to: text, 'prefix-from': text, 'prefix-to': text, json: { type: 'boolean' } } as const
    const { values } = parseArgs({ args: [...args], options })
    const from = values.from ?? environment['KEYHOLD_MIGRATE_FROM']
    const to = values.to ?? environment['KEYHOLD_MIGRATE_TO']
    if (from === undefined || to === undefined) throw new RangeError('a source and a target are needed')
    const [source, target] = [parseLocation(from, values['prefix-from']), parseLocation(to, values['prefix-to'])]
    if (isSameLocation(source, target)) throw new RangeError('the source and the target are the same store')
    return { from: source, to: target, json: values.json ?? false }
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message)
    // parseArgs repeats an argument that it does not know.
    if (error instanceof TypeError && 'code' in error) throw new UsageError('there is an argument that is not known')
    throw error
  }
}
