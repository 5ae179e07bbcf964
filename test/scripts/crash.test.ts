import { type CrashReport, crashRounds } from '@keyhold/scripts/crash/rounds.js'
import t from 'tap'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const rounds = 6

t.test('nothing that was acknowledged is lost or half done when the process is killed', async t => {
  const directory = await temporaryDirectory(t)
  const isComplete = (report: CrashReport) => missing(report).length === 0
  const report = await crashRounds({ store: 'embedded', rounds, seed: 28, directory, isComplete })
  t.same(report.violations, [])
  t.ok(report.rounds >= rounds, 'it came to its end')
  t.comment(JSON.stringify(report))
  t.same(missing(report), [], 'everything that it is about has happened')
})

/** What is to have happened in the course of it, and has not. */
function missing({ acknowledged, versions, unanswered, killedFirstStarts, killedStarts }: CrashReport): string[] {
  const fates = Object.values(unanswered)
  const counts: Record<string, number> = {
    ...acknowledged,
    ...versions,
    'changes that were under way when the process was killed': fates.reduce(
      (n, fate) => n + fate.done + fate.notDone,
      0,
    ),
    'first starts that were interrupted': killedFirstStarts,
    'later starts that were interrupted': killedStarts,
  }
  return Object.keys(counts).filter(name => counts[name] === 0)
}
