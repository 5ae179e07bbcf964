import { getHeapStatistics } from 'node:v8'
import type { Clock } from '@keyhold/core'
import type { FastifyBaseLogger, onRequestHookHandler } from 'fastify'
import { overloaded } from '../errors.ts'

export interface PressureLimits {
  /** Requests under way. */
  readonly requests: number
  /** Milliseconds by which the event loop may be late. */
  readonly loopDelay: number
  /** Bytes that are the process's own, and what tells how many they are now. */
  readonly memory?: { readonly most: number; readonly used: () => number }
}

/** Milliseconds between two looks. */
const interval = 1000

/** The part of what V8 may use at most; when all of it is used it ends the process. */
const mostOfHeap = 0.95

export interface Pressure {
  /** Counts a request, or refuses it while there is too much to do. */
  readonly refuse: onRequestHookHandler
  readonly stop: () => void
}

/**
 * Watches how late the event loop is, and how much memory is used. One look that is late says nothing, since a machine may
 * have slept: two in a row do. Whoever asks while that is so, or while so many requests are under way, is refused before
 * anything is done.
 */
export function watchPressure(limits: PressureLimits, clock: Clock, log?: FastifyBaseLogger): Pressure {
  let underWay = 0
  let reason: string | undefined
  let wasLate = false
  let expectedAt = clock.elapsed() + interval
  const reasonNow = (isLate: boolean): string | undefined => {
    if (isLate && wasLate) return 'the event loop is late'
    const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics()
    if (used > most * mostOfHeap) return 'the heap is full'
    const { memory } = limits
    return memory && memory.used() > memory.most ? 'there is no more memory' : undefined
  }
  const look = () => {
    const now = clock.elapsed()
    const isLate = now - expectedAt > limits.loopDelay
    const before = reason
    reason = reasonNow(isLate)
    wasLate = isLate
    expectedAt = now + interval
    if (reason !== before) log?.warn({ reason }, reason === undefined ? 'requests are taken again' : 'overloaded')
  }
  const timer = setInterval(look, interval).unref()

  return {
    refuse(request, reply, done) {
      const refused = underWay >= limits.requests ? 'too many requests are under way' : reason
      if (refused !== undefined) return overloaded(request, reply, refused)
      underWay += 1
      // Whether it is answered, or its client is gone before.
      reply.raw.once('close', () => {
        underWay -= 1
      })
      done()
    },
    stop() {
      clearInterval(timer)
    },
  }
}
