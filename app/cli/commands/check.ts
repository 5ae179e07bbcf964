import type { Config } from '../../config/config.ts'
import { ConfigError } from '../../config/load-config.ts'
import { timeout } from '../../config/values.ts'
import { readTrust, type Trust } from '../../trust.ts'
import { examine, exitOf, type Finding, textOf } from '../check/finding.ts'
import { checkSealedStore } from '../check/sealed-store.ts'
import { surroundingChecks } from '../check/surroundings.ts'
import { defineCommand } from '../command.ts'
import { configOf } from '../operator.ts'
import { settingOptions, settingsNote } from '../setting-options.ts'

export const command = defineCommand({
  options: {
    ...settingOptions,
    deadline: {
      type: 'string',
      value: 'DURATION',
      parse: timeout,
      default: '10s',
      description: 'How long each check may take.',
    },
  },
  words: [],
  more: `
Reads the settings as \`keyhold start\` does, and tries everything that they name: files, the server lock, the store, and the
servers that are asked. Nothing is made or changed. A service may run meanwhile, or not.
${settingsNote}`,
  async run(values, _words, surroundings) {
    const deadline = values.deadline as number
    const findings: Finding[] = []
    let [config, trust]: [Config | undefined, Trust | undefined] = [undefined, undefined]
    const settings = async () => {
      config = readConfig(() => configOf(values, surroundings))
      return 'all of them are understood'
    }
    const issuers = async () => {
      trust = config && (await readTrust(config))
      return trust?.ca === undefined ? 'those that Node.js trusts' : `${trust.ca.length} certificates`
    }
    findings.push(
      await examine({ name: 'settings', mend: '`keyhold start --help` shows all of them.', run: settings }, deadline),
    )
    if (config !== undefined) {
      findings.push(await examine({ name: 'issuers', mend: 'Look at KMS_TLS_CACERTS.', run: issuers }, deadline))
    }
    if (config !== undefined && trust !== undefined) {
      const [opened, known] = [config as Config, trust as Trust]
      const others = surroundingChecks(opened, known).map(check => examine(check, deadline))
      findings.push(...(await checkSealedStore(opened, known, deadline)), ...(await Promise.all(others)))
    }
    const exit = exitOf(findings)
    const checks = findings.map(({ exit: _exit, ...finding }) => finding)
    return { text: textOf(findings), json: { ok: exit === 'done', checks }, exit }
  },
})

/** Every problem in a line of its own. */
function readConfig(read: () => Config): Config {
  try {
    return read()
  } catch (error) {
    throw error instanceof ConfigError ? new Error(error.problems.join('\n')) : error
  }
}
