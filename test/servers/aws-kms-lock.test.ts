import { lockContract } from '@keyhold/contract'
import t, { type Test } from 'tap'
import { kmsServer, localKmsFlaws } from '../support/kms-server.ts'

const kms = await kmsServer(t)
if ('skip' in kms) await t.test(`AWS KMS lock: ${kms.skip}`, { skip: kms.skip }, async () => {})
else {
  const [one, two] = [await kms.createKey(), await kms.createKey()]
  await t.test(`the contract, on ${kms.server.name}`, async (t: Test) => {
    await lockContract(
      t,
      t => kms.openLock(t, one),
      t => kms.openLock(t, two),
      kms.server.process && localKmsFlaws,
    )
  })
}
