import { callerOptions, openCaller } from '../caller-options.ts'
import { rootOption, savingRoot } from '../capability-file.ts'
import { defineCommand } from '../command.ts'
import { rowsOf } from '../data.ts'

export const command = defineCommand({
  options: { ...callerOptions, ...rootOption },
  words: ['KEYSTORE'],
  async run({ 'save-root': root, ...caller }, [url]) {
    const { keyhold } = await openCaller(caller, url)
    const { capability, ...shown } = await savingRoot(root, () => keyhold.keystore(url).describe())
    const rows = { ...shown, created: shown.created.toISOString(), owner: shown.owner && JSON.stringify(shown.owner) }
    return { text: rowsOf(rows), json: { ...shown, capability: capability ?? null } }
  },
})
