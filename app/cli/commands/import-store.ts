import { restoreBackup } from '@keyhold/core'
import { openUncachedStore } from '../../open-store.ts'
import { readBackupFile } from '../backup-file.ts'
import { usageError } from '../cli-error.ts'
import { defineCommand } from '../command.ts'
import { withStore } from '../opened-store.ts'
import { configOf, notesOf } from '../operator.ts'
import { progressBar } from '../progress-bar.ts'
import { settingOptions, settingsNote } from '../setting-options.ts'
import { countsOf } from '../store-counts.ts'

export const command = defineCommand({
  options: settingOptions,
  words: ['FILE'],
  more: `
Puts what \`keyhold export-store\` has written into a store that is empty, of any kind. Nothing is written before the whole
file was found to be authentic. Stopped at any moment, it is taken up by the next run; until it has ended no service starts
on the store. The settings are those of the service: the store to fill, and the server lock that the backup was made with.
${settingsNote}`,
  async run(values, [file], surroundings) {
    const [config, log] = [configOf(values, surroundings), notesOf(surroundings)]
    if (config.store.kind === 'memory') throw usageError('KMS_DATABASE_TYPE: a memory store ends with this command')
    const bar = progressBar(surroundings.notes)
    try {
      const { records, digest, copied, endedBefore } = await withStore(
        config,
        log,
        trust => openUncachedStore(config.store, trust, log),
        ports => restoreBackup(ports, readBackupFile(file), ({ phase, done, total }) => bar.draw(phase, done, total)),
      )
      const json = { file, records, digest: Buffer.from(digest).toString('hex'), copied, endedBefore }
      const end = endedBefore
        ? 'This had ended before; the store and the backup are still equal.\n'
        : 'The store and the backup are equal. Start the service on it, with the same server lock.\n'
      return { text: `${countsOf(records)}written by this run: ${copied}\n${end}`, json }
    } finally {
      bar.end()
    }
  },
})
