import { BackupError, sealBackup, verifyBackup } from '@keyhold/core'
import { openExistingStore } from '../../open-store.ts'
import { makeBackupFile } from '../backup-file.ts'
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
Writes everything in the store into one file, which never replaces another and is there whole or not at all. It is
encrypted by a key of its own, which the server lock locks: only with that lock is it worth anything. Services may go on.
docs/operating/backup.md says what a backup has then. The settings are those of the service.
${settingsNote}`,
  async run(values, [file], surroundings) {
    const [config, log] = [configOf(values, surroundings), notesOf(surroundings)]
    const bar = progressBar(surroundings.notes)
    const open = (trust: Parameters<typeof openExistingStore>[1]) =>
      openExistingStore(config.store, trust, log, { snapshot: true })
    try {
      const { records, digest } = await withStore(config, log, open, ports =>
        makeBackupFile(
          file,
          write => sealBackup(ports, write, done => bar.draw('writing', done)),
          async (read, written) => {
            const { summary } = await verifyBackup(ports.lock, read, done => bar.draw('verifying', done))
            const isSame = Buffer.compare(summary.digest, written.digest) === 0
            if (!isSame) throw new BackupError('what was read back is not what was written: nothing was made')
          },
        ),
      )
      const json = { file, records, digest: Buffer.from(digest).toString('hex') }
      return { text: `${countsOf(records)}${file}: written, and read back\n`, json }
    } finally {
      bar.end()
    }
  },
})
