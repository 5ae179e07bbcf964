import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves when something has come true, looking every few milliseconds; the test's own time limit ends a vain wait. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10)
}
