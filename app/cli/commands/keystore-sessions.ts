import type { SessionDescription } from '@keyhold/client'
import { callerOptions, openCaller } from '../caller-options.ts'
import { defineCommand } from '../command.ts'

export const command = defineCommand({
  options: callerOptions,
  words: ['KEYSTORE'],
  async run(caller, [url]) {
    const { keyhold } = await openCaller(caller, url)
    const sessions: SessionDescription[] = []
    for await (const session of keyhold.keystore(url).sessions()) sessions.push(session)
    return { text: sessions.map(lineOf).join(''), json: { sessions } }
  },
})

function lineOf({ id, opened, by, expires, target, actions = ['everything'] }: SessionDescription): string {
  const allowed = `${actions.join(', ')} of ${target}`
  return `${id} opened ${opened.toISOString()} by ${by} until ${expires.toISOString()} for ${allowed}\n`
}
