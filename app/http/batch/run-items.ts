import { setImmediate } from 'node:timers/promises'
import type { Clock } from '@keyhold/core'
import type { FastifyRequest } from 'fastify'
import { answerOf, type ErrorBody, errorBody } from '../errors.ts'
import '../request-record.ts'

/** So many items a batch may have. */
export const mostItems = 1000

/** An item's answer, or why there is none: as the request that asks for it alone would be answered. */
export type ItemResult = Readonly<Record<string, unknown>> | ErrorBody

/** After so many milliseconds, or so many items, everybody else has a turn. */
const longestTurn = 2
const mostOfTurn = 32

/** Milliseconds that a batch may take: as long as clients wait. */
const timeLimit = 30_000

const tooLate = errorBody('OVERLOADED', 'the time of the batch was over before this item')

/**
 * Runs the items of a batch one after the other, so that it never has more of the server than one request has. One that
 * fails is answered in its place and harms no other. When the client has gone, or the time is over, the rest is not done.
 */
export async function runItems(
  request: FastifyRequest,
  clock: Clock,
  count: number,
  run: (index: number) => Promise<ItemResult>,
): Promise<ItemResult[]> {
  const results: ItemResult[] = []
  const start = clock.elapsed()
  let turn = start
  let failed = 0
  for (let index = 0; index < count; index += 1) {
    const now = clock.elapsed()
    if (now - turn >= longestTurn || (index > 0 && index % mostOfTurn === 0)) {
      await setImmediate()
      turn = clock.elapsed()
    }
    if (request.raw.socket.destroyed || now - start > timeLimit) {
      failed += count - index
      while (results.length < count) results.push(tooLate)
      break
    }
    try {
      results.push(await run(index))
    } catch (error) {
      results.push(refused(error, request, failed === 0))
      failed += 1
    }
  }
  request.batch = { items: count, failed }
  return results
}

/** @param isFirst whether no other has failed before: what has failed here for one has for many, and one line is enough */
function refused(error: unknown, request: FastifyRequest, isFirst: boolean): ErrorBody {
  const { status, body } = answerOf(error)
  if (isFirst && status >= 500) request.log.error({ err: error, request: request.id }, 'an item of a batch failed')
  return body
}
