import { setImmediate } from 'node:timers/promises'
import type { Clock, Soon } from '@keyhold/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { answerOf, errorBody } from '../errors.ts'
import '../request-record.ts'
import { BatchAnswer } from './batch-answer.ts'

/** So many items a batch may have. */
export const mostItems = 1000

/** After so many milliseconds, or so many items, everybody else has a turn. */
const longestTurn = 2
const mostOfTurn = 32

/** Milliseconds that a batch may take: as long as clients wait. */
const timeLimit = 30_000

const tooLate = JSON.stringify(errorBody('OVERLOADED', 'the time of the batch was over before this item'))

/** What became of the items. */
export interface Outcome {
  /** JSON: the answer to the batch. */
  readonly body: Buffer
  /** The indexes of those that have failed, ascending. */
  readonly failed: readonly number[]
}

/**
 * Runs the items of a batch one after the other, so that it never has more of the server than one request has. One that
 * fails is answered in its place and harms no other. When the client has gone, or the time is over, the rest is not done.
 *
 * @param run does an item, and answers what the request that asks for it alone would be answered, as JSON
 */
export async function runItems(
  request: FastifyRequest,
  clock: Clock,
  count: number,
  run: (index: number) => Soon<string>,
): Promise<Outcome> {
  const answer = new BatchAnswer(count)
  const failed: number[] = []
  const start = clock.elapsed()
  let turn = start
  for (let index = 0; index < count; index += 1) {
    const now = clock.elapsed()
    if (now - turn >= longestTurn || (index > 0 && index % mostOfTurn === 0)) {
      await setImmediate()
      turn = clock.elapsed()
    }
    if (request.raw.socket.destroyed || now - start > timeLimit) {
      answer.add(tooLate)
      failed.push(index)
      continue
    }
    try {
      const result = run(index)
      answer.add(result instanceof Promise ? await result : result)
    } catch (error) {
      answer.add(refused(error, request, failed.length === 0))
      failed.push(index)
    }
  }
  request.batch = { items: count, failed: failed.length }
  return { body: answer.finish(), failed }
}

/** The schema of its route says what it is, but is not asked: each result is JSON already. */
export function sendOutcome(reply: FastifyReply, { body }: Outcome): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(body)
}

/** @param isFirst whether no other has failed before: what has failed here for one has for many, and one line is enough */
function refused(error: unknown, request: FastifyRequest, isFirst: boolean): string {
  const { status, body } = answerOf(error)
  if (isFirst && status >= 500) request.log.error({ err: error, request: request.id }, 'an item of a batch failed')
  return JSON.stringify(body)
}
