import type { Revocation } from '@keyhold/client'
import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'

export const command = defineCommand({
  options: callerOptions,
  words: ['KEYSTORE'],
  async run(caller, [url]) {
    const { keyhold } = await openCaller(caller, url)
    const revocations: Revocation[] = []
    for await (const revocation of keyhold.keystore(url).revocations()) revocations.push(revocation)
    const lines = revocations.map(({ id, revoked, by }) => `${revoked.toISOString()} ${id} by ${by}\n`)
    return { text: lines.join(''), json: { revocations } }
  },
})
