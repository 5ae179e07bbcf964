import { crashRounds } from '@keyhold/scripts/crash/rounds.js'
import t from 'tap'
import { withMongo } from '../support/mongo.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

// Processes are started and stopped about thirty times.
t.setTimeout(300_000)

await withMongo(t, 'two instances of the service over one database', {}, async (t, server) => {
  const skip = server.process === undefined && 'it cannot be killed from here'
  await t.test('nothing that was acknowledged is lost when either is killed', { skip }, async t => {
    await server.stop()
    const directory = await temporaryDirectory(t)
    const report = await crashRounds({ store: 'mongodb', rounds: 6, seed: 1, directory })
    t.same(report.violations, [])
    t.equal(report.rounds, 6)
    t.comment(JSON.stringify(report))
    for (const victim of ['the first instance', 'the second instance', 'both instances', 'the database']) {
      t.ok((report.kills[victim] ?? 0) > 0, `killed: ${victim}`)
    }
    for (const [kind, count] of Object.entries(report.acknowledged)) t.ok(count > 0, `some were acknowledged: ${kind}`)
    const unanswered = Object.values(report.unanswered).reduce((sum, { done, notDone }) => sum + done + notDone, 0)
    t.ok(unanswered > 0, 'some changes were under way when something was killed')
  })
})
