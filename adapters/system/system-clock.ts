import type { Clock } from '@keyhold/core'

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
}
