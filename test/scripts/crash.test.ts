import { crashRounds } from '@keyhold/scripts/crash/rounds.js'
import t from 'tap'
import { temporaryDirectory } from '../support/temporary-directory.ts'

t.test('nothing that was acknowledged is lost or half done when the process is killed', async t => {
  const report = await crashRounds({ store: 'embedded', rounds: 20, seed: 1, directory: await temporaryDirectory(t) })
  t.same(report.violations, [])
  t.equal(report.rounds, 20)
  t.comment(JSON.stringify(report))
  for (const [kind, count] of Object.entries(report.acknowledged)) t.ok(count > 0, `some were acknowledged: ${kind}`)
  for (const [type, count] of Object.entries(report.versions)) t.ok(count > 0, `there are keys of type ${type}`)
  const unanswered = Object.values(report.unanswered).reduce((sum, { done, notDone }) => sum + done + notDone, 0)
  t.ok(unanswered > 0, 'some changes were under way when the process was killed')
  t.ok(report.killedFirstStarts > 0, 'a first start was interrupted')
  t.ok(report.killedStarts > 0, 'a later start was interrupted')
})
