import { type MoveReport, moveStore } from '@keyhold/core'
import { usageError } from '../cli-error.ts'
import { defineCommand, type Outcome } from '../command.ts'
import { notesOf } from '../operator.ts'
import { progressBar } from '../progress-bar.ts'
import { countsOf } from '../store-counts.ts'
import { isSameLocation, openSource, openTarget, parseLocation } from '../store-location.ts'
import { whileOpen } from '../while-open.ts'

export const command = defineCommand({
  options: {
    from: {
      type: 'string',
      value: 'STORE',
      required: true,
      variable: 'KEYHOLD_MIGRATE_FROM',
      description: 'The store to move, which is left as it is.',
    },
    to: {
      type: 'string',
      value: 'STORE',
      required: true,
      variable: 'KEYHOLD_MIGRATE_TO',
      description: 'An empty one.',
    },
    'prefix-from': {
      type: 'string',
      value: 'TEXT',
      description: 'Stands before the names of its collections in MongoDB.',
    },
    'prefix-to': { type: 'string', value: 'TEXT', description: 'The same for the other one.' },
  },
  words: [],
  more: `
STORE is embedded:DIRECTORY or mongodb://…; in a variable a password does not show in the list of processes. Stop the
service first. Stopped at any moment, it is taken up by the next run; until it has ended no service starts on the new store.
`,
  async run(options, _words, surroundings) {
    const [from, to] = [locationOf(options.from, options['prefix-from']), locationOf(options.to, options['prefix-to'])]
    if (isSameLocation(from, to)) throw usageError('the source and the target are the same store')
    const log = notesOf(surroundings)
    const bar = progressBar(surroundings.notes)
    try {
      const report = await whileOpen(
        () => openSource(from, log),
        source =>
          whileOpen(
            () => openTarget(to, log),
            target => moveStore(source, target, ({ phase, done, total }) => bar.draw(phase, done, total)),
          ),
      )
      return outcomeOf(report)
    } finally {
      bar.end()
    }
  },
})

function locationOf(text: string, prefix: string | undefined) {
  try {
    return parseLocation(text, prefix)
  } catch (error) {
    throw error instanceof RangeError ? usageError(error.message) : error
  }
}

function outcomeOf(report: MoveReport): Outcome {
  const { records, copied, endedBefore } = report
  const end = endedBefore
    ? 'This move had ended before; both stores are still equal.\n'
    : 'Both stores are equal. Start the service on the new one, with the same server lock, and never again on the old one.\n'
  return { text: `${countsOf(records)}copied by this run: ${copied}\n${end}`, json: report }
}
