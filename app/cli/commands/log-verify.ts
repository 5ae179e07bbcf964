import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { type LogReport, verifyLog } from '@keyhold/core'
import { defineCommand } from '../command.ts'
import { faultText } from '../fault-text.ts'

export const command = defineCommand({
  options: {
    signer: { type: 'string', value: 'DID', description: 'Who must have signed, as a DID URL. Without it: anyone.' },
    kept: {
      type: 'string',
      value: 'FILE',
      multiple: true,
      description: 'Heads that were kept from before, a line each: the log must still have them.',
    },
  },
  words: ['[FILE...]'],
  more: `
Verifies whole logs, as \`keyhold log fetch\` and \`keyhold log read\` print them; without files, what it reads. With logs of
keystores and the server's own together it is also seen whether one lacks what the server remembers of it. Nothing is asked
of the service. The exit code is 5 if an entry is missing, changed, reordered or repeated, or a signature does not hold.
`,
  async run({ signer, kept }, words, { input }) {
    const files = words.filter(word => word !== undefined)
    const options = {
      ...(signer !== undefined && { signer }),
      kept: await all(kept.map(file => createReadStream(file))),
    }
    const report = await verifyLog(
      linesOf(files.length > 0 ? files.map(file => createReadStream(file)) : [input]),
      options,
    )
    return { text: textOf(report), json: report, exit: report.faults.length === 0 ? 'done' : 'invalid' }
  },
})

async function* linesOf(sources: readonly Readable[]): AsyncGenerator<string> {
  for (const input of sources) yield* createInterface({ input, crlfDelay: 0 })
}

async function all(sources: readonly Readable[]): Promise<string[]> {
  const lines: string[] = []
  for await (const line of linesOf(sources)) lines.push(line)
  return lines
}

function textOf({ entries, chains, keystores, signers, open, faults }: LogReport): string {
  const names = keystores.map(id => (id === '' ? "the server's own log" : `keystore ${id}`))
  const lines = [
    `${entries} entries in ${chains} chains`,
    ...names.map(name => `of ${name}`),
    ...signers.map(signer => `signed by ${signer}`),
    ...open.map(
      ({ chain, seq }) => `not signed, since it goes on or its process did not end it: chain ${chain}, ${seq} entries`,
    ),
    ...faults.map(faultText),
    faults.length === 0 ? 'nothing is missing or changed' : `${faults.length} faults`,
  ]
  return lines.map(line => `${line}\n`).join('')
}
