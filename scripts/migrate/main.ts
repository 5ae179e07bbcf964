import type { KeyStorePort } from '@keyhold/core'
import { KmsError } from '@keyhold/core'
import { type MoveReport, moveStore, type Progress } from './move.ts'
import { MoveError } from './move-error.ts'
import { openSource, openTarget } from './open-store.ts'
import { type Options, readOptions, UsageError } from './options.ts'

/** `npm run migrate -- --from STORE --to STORE` */
const { stdout, stderr } = process

async function migrate({ from, to, json }: Options): Promise<void> {
  const onWaiting = (seconds: number) => void stderr.write(`waiting for the database (${seconds} s)\n`)
  const source = await openSource(from, onWaiting)
  try {
    const target = await openTarget(to, onWaiting)
    try {
      print(await watchedMove(source, target), json)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function watchedMove(source: KeyStorePort, target: KeyStorePort): Promise<MoveReport> {
  if (!stderr.isTTY) return moveStore(source, target)
  try {
    return await moveStore(source, target, progress => void stderr.write(`\r${bar(progress)}`))
  } finally {
    stderr.write('\n')
  }
}

function bar({ phase, done, total }: Progress): string {
  const width = 30
  const share = total === undefined ? 0 : done / total
  const filled = '='.repeat(Math.min(width, Math.round(share * width)))
  return `[${filled.padEnd(width)}] ${phase.padEnd(9)} ${done}${total === undefined ? '' : `/${total}`} records`
}

function print(report: MoveReport, json: boolean): void {
  if (json) {
    stdout.write(`${JSON.stringify(report)}\n`)
    return
  }
  const { records, copied, endedBefore } = report
  const counts = Object.entries(records).map(([collection, count]) => `${collection}: ${count}\n`)
  const end = endedBefore
    ? 'This move had ended before; both stores are still equal.\n'
    : 'Both stores are equal. Start the service on the new one, with the same server lock, and never again on the old one.\n'
  stdout.write(`${counts.join('')}copied by this run: ${copied}\n${end}`)
}

/** What an operator can mend is said in a sentence; anything else is a bug and keeps its stack. */
function explain(error: unknown): string {
  if (error instanceof MoveError) return error.message
  if (!(error instanceof KmsError)) return String(error instanceof Error ? error.stack : error)
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return `${error.code}: ${error.message}${cause}`
}

try {
  await migrate(readOptions(process.argv.slice(2), process.env))
} catch (error) {
  stderr.write(error instanceof UsageError ? error.message : `${explain(error)}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
