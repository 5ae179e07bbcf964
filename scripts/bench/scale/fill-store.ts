import type { ProgressBar } from '@keyhold/app/cli/progress-bar.js'
import { type BigStore, controllerOf, openBigStore } from './big-store.ts'
import { type Extent, type Filled, fill } from './fill.ts'

/** Milliseconds over which a rate is taken. */
const span = 2000

/** Fills a store with keys of the type that is asked for most, and shows how far it is and how fast. */
export async function fillStore(
  store: BigStore,
  extent: Extent,
  bar: ProgressBar,
  signal: AbortSignal,
): Promise<Filled> {
  const { kms, close } = await openBigStore(store)
  const { didUrl: controller } = await controllerOf(store)
  let [since, before, rate] = [performance.now(), 0, 0]
  try {
    return await fill(kms, {
      ...extent,
      controller,
      keyType: 'ED25519',
      signal,
      onProgress({ what, done, total }) {
        const passed = performance.now() - since
        if (passed >= span) {
          rate = (1000 * (done - before)) / passed
          since += passed
          before = done
        }
        bar.draw(what === 'looking' ? what : `${rate.toFixed(0)}/s`, done, total)
      },
    })
  } finally {
    bar.end()
    await close()
  }
}
