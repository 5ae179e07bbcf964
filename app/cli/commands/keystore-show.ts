import { callerOptions, openCaller } from '../caller-options.ts'
import { rootOption, savingRoot } from '../capability-file.ts'
import { defineCommand } from '../command.ts'

export const command = defineCommand({
  options: { ...callerOptions, ...rootOption },
  words: ['KEYSTORE'],
  async run({ 'save-root': root, ...caller }, [url]) {
    const { keyhold } = await openCaller(caller, url)
    const { capability, ...shown } = await savingRoot(root, () => keyhold.keystore(url).describe())
    const rows = { ...shown, created: shown.created.toISOString(), owner: shown.owner && JSON.stringify(shown.owner) }
    const lines = Object.entries(rows).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
    const text = lines.map(([name, value]) => `${String(name).padEnd(10)} ${value}\n`).join('')
    return { text, json: { ...shown, capability: capability ?? null } }
  },
})
