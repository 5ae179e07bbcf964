import { type CrashReport, crashRounds } from '@keyhold/scripts/crash/rounds.js'
import t from 'tap'
import { withKillableMongo } from '../support/mongo.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const rounds = 4

await withKillableMongo(t, 'two instances of the service over one database', {}, async (t, server) => {
  // The drill starts its own.
  await server.stop()
  const directory = await temporaryDirectory(t)
  const isComplete = (report: CrashReport) => missing(report).length === 0
  const report = await crashRounds({ store: 'mongodb', rounds, seed: 1, directory, isComplete })
  t.same(report.violations, [], 'nothing that was acknowledged is lost or half done when any of them is killed')
  t.ok(report.rounds >= rounds, 'it came to its end')
  t.comment(JSON.stringify(report))
  t.same(missing(report), [], 'everything that it is about has happened')
})

/** What is to have happened in the course of it, and has not. */
function missing({ kills, acknowledged, unanswered }: CrashReport): string[] {
  const counts: Record<string, number> = {
    'kills of the first instance': kills['the first instance'] ?? 0,
    'kills of the second instance': kills['the second instance'] ?? 0,
    'kills of both instances': kills['both instances'] ?? 0,
    'kills of the database': kills['the database'] ?? 0,
    'acknowledged requests': Object.values(acknowledged).reduce((sum, count) => sum + count, 0),
    'changes under way when something was killed': Object.values(unanswered).reduce(
      (sum, { done, notDone }) => sum + done + notDone,
      0,
    ),
  }
  return Object.keys(counts).filter(name => counts[name] === 0)
}
