import { crashRounds } from '@keyhold/scripts/crash/rounds.js'
import t from 'tap'
import { withKillableMongo } from '../support/mongo.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

await withKillableMongo(t, 'two instances of the service over one database', {}, async (t, server) => {
  // The drill starts its own.
  await server.stop()
  const report = await crashRounds({ store: 'mongodb', rounds: 4, seed: 1, directory: await temporaryDirectory(t) })
  t.same(report.violations, [], 'nothing that was acknowledged is lost or half done when any of them is killed')
  t.equal(report.rounds, 4)
  t.comment(JSON.stringify(report))
  for (const victim of ['the first instance', 'the second instance', 'both instances', 'the database']) {
    t.ok((report.kills[victim] ?? 0) > 0, `killed: ${victim}`)
  }
  const acknowledged = Object.values(report.acknowledged).reduce((sum, count) => sum + count, 0)
  t.ok(acknowledged > 0, 'some requests were acknowledged')
  const unanswered = Object.values(report.unanswered).reduce((sum, { done, notDone }) => sum + done + notDone, 0)
  t.ok(unanswered > 0, 'some changes were under way when something was killed')
})
