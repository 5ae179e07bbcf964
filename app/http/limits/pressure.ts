import { getHeapStatistics } from 'node:v8'
import type { Clock } from '@keyhold/core'
import type { FastifyBaseLogger, onRequestHookHandler } from 'fastify'
import { overloaded } from '../errors.ts'
import type { Turns } from './turns.ts'

export interface PressureLimits {
  /** Requests under way. */
  readonly requests: number
  /** Milliseconds by which the event loop may be late, and for which a request may wait for its turn. */
  readonly loopDelay: number
  /** Bytes that are the process's own, and what tells how many they are now. */
  readonly memory?: { readonly most: number; readonly used: () => number }
}

/** Milliseconds between two looks. */
const interval = 1000

/** The part of what V8 may use at most; when all of it is used it ends the process. */
const mostOfHeap = 0.95

const tooMany = 'too many requests are under way'

export interface Pressure {
  /** Counts a request, or refuses it while there is too much to do. */
  readonly refuse: onRequestHookHandler
  readonly stop: () => void
}

/**
 * Watches how late the event loop is, and how much memory is used. One look that is late says nothing, since a machine may
 * have slept: two in a row do. Whoever asks while that is so is refused before anything is done. Where so many requests are
 * under way, it is who has most of them waiting that is refused one.
 */
export function watchPressure(limits: PressureLimits, turns: Turns, clock: Clock, log?: FastifyBaseLogger): Pressure {
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
      if (reason !== undefined) return overloaded(request, reply, reason)
      const isFull = underWay >= limits.requests
      if (isFull && turns.waiting === 0) return overloaded(request, reply, tooMany)
      underWay += 1
      // Whether it is answered, or its client is gone before.
      reply.raw.once('close', () => {
        underWay -= 1
      })
      turns.wait(request, reply, done)
      if (isFull) turns.refuseNewest(tooMany)
    },
    stop() {
      clearInterval(timer)
    },
  }
}
