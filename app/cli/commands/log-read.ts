import { exportLog, serverLog } from '@keyhold/core'
import { openExistingStore } from '../../open-store.ts'
import { definePlainCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { withStore } from '../opened-store.ts'
import { configOf, notesOf } from '../operator.ts'
import { settingOptions, settingsNote } from '../setting-options.ts'
import { writeLines } from '../write-lines.ts'

export const command = definePlainCommand({
  options: settingOptions,
  words: ['[KEYSTORE_ID]'],
  more: `
Prints a log out of the store, without the service: that of a keystore, or without an id the server's own, which no route
shows. JSON Lines, the latest entry first. Services may go on. The settings are those of the service.
${settingsNote}`,
  async run(values, [keystoreId = serverLog], surroundings) {
    const [config, log] = [configOf(values, surroundings), notesOf(surroundings)]
    const open = (trust: Parameters<typeof openExistingStore>[1]) => openExistingStore(config.store, trust, log)
    await withStore(config, log, open, ports => writeLines(surroundings.output, exportLog(ports, keystoreId)))
    return exitCodes.done.code
  },
})
