import { setTimeout as sleep } from 'node:timers/promises'
import { systemRandom } from '@keyhold/adapters'
import { type KeyStorePort, type LockPort, type SuccessionReport, succeedLock } from '@keyhold/core'
import type { Config, LockConfig } from '../../config/config.ts'
import { openExistingLock } from '../../open-lock.ts'
import { openExistingStore } from '../../open-store.ts'
import { readTrust } from '../../trust.ts'
import { CliError, usageError } from '../cli-error.ts'
import { defineCommand, type Outcome, type Surroundings } from '../command.ts'
import { configOf, notesOf } from '../operator.ts'
import { progressBar } from '../progress-bar.ts'
import { settingOptions, settingsNote } from '../setting-options.ts'
import { whileOpen } from '../while-open.ts'

/** Milliseconds beyond all that calls may take, for what a busy machine does between them. */
const margin = 1000

export const command = defineCommand({
  options: settingOptions,
  words: [],
  more: `
Seals everything in the store anew: what KMS_SECRET_LOCK_PREVIOUS_… has sealed, by KMS_SECRET_LOCK_…. The settings are
those of the service. Services that run with both locks go on meanwhile; one that knows the previous lock alone must not
run any more. Stopped at any moment, it is taken up by the next run. docs/operating/rotate-server-lock.md tells the
steps.
${settingsNote}`,
  async run(values, _words, surroundings) {
    const config = configOf(values, surroundings)
    const { previousLock } = config
    if (previousLock === undefined) {
      throw usageError('KMS_SECRET_LOCK_PREVIOUS_TYPE: must be set, it is the lock that is left')
    }
    const [log, trust, random] = [notesOf(surroundings), await readTrust(config), systemRandom()]
    const open = (lock: LockConfig) => () => openExistingLock(lock, trust, random, log)
    return whileOpen(
      () => openExistingStore(config.store, trust, log),
      store =>
        whileOpen(open(config.lock), lock =>
          whileOpen(open(previousLock), former => rotate(store, lock, former, config, surroundings)),
        ),
    )
  },
})

async function rotate(
  store: KeyStorePort,
  lock: LockPort,
  former: LockPort,
  config: Config,
  { notes }: Surroundings,
): Promise<Outcome> {
  if (lock.id === former.id) throw new CliError('failed', 'SAME_LOCK', 'both settings name the same lock')
  const bar = progressBar(notes)
  const settle = () => sleep(settleTime(config))
  const onProgress = (done: number, total: number) => bar.draw('resealing', done, total)
  try {
    const report = await succeedLock({ store, random: systemRandom() }, { lock, former }, { settle, onProgress })
    return outcomeOf(report, lock.id, former.id)
  } finally {
    bar.end()
  }
}

/**
 * For so long a service may go on with what it began under the former lock: it has asked the store which lock seals, then
 * asks that lock, and then writes.
 */
function settleTime({ lock, previousLock, store }: Config): number {
  const lockTimes = [lock, previousLock].map(config => (config && 'timeout' in config ? config.timeout : 0))
  const storeTime = store.kind === 'mongodb' ? 2 * store.callTimeout + store.cacheTtl : 0
  return Math.max(...lockTimes) + storeTime + margin
}

function outcomeOf({ state, records, resealed, unopened }: SuccessionReport, to: string, from: string): Outcome {
  const json = { from, to, state, records, resealed, unopened }
  const counts = `sealed anew by this run: ${resealed}\nsealed by ${to}: ${records - unopened.length}\n`
  if (unopened.length > 0) {
    const list = unopened.map(name => `  ${name}\n`).join('')
    const text = `${counts}opened by neither lock, and left as they are:\n${list}Keep both locks: this has not ended.\n`
    return { text, json, exit: 'invalid' }
  }
  const end = state === 'ended' ? 'This had ended before' : 'This has ended'
  const text = `${counts}${end}: nothing in the store needs ${from} any more. Restart the services with the new lock alone.\n`
  return { text, json }
}
