import type { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms'
import type { CallOutcome, ObservedCall } from '../shared/observe-call.ts'

/** A command that is sent with further headers, which are signed like all others. */
export function withHeaders<C extends EncryptCommand | DecryptCommand>(
  command: C,
  headers: ObservedCall['headers'],
): C {
  if (headers === undefined) return command
  const { middlewareStack } = command as EncryptCommand
  middlewareStack.add(
    next => args => {
      Object.assign((args.request as { headers: Record<string, string> }).headers, headers)
      return next(args)
    },
    { step: 'build' },
  )
  return command
}

interface Metadata {
  readonly $metadata?: { readonly attempts?: number; readonly httpStatusCode?: number }
}

/** Tells how a call ended, with the SDK's own repetition: AWS counts, and bills, each time that it is asked. */
export function endedWell(observed: ObservedCall | undefined, answer: Metadata | undefined): void {
  observed?.end('2xx', answer?.$metadata?.attempts)
}

export function endedBadly(observed: ObservedCall | undefined, error: unknown, isLate: boolean): void {
  const { attempts, httpStatusCode: status } = (error as Metadata | undefined)?.$metadata ?? {}
  observed?.end(outcomeOf(status, isLate), attempts)
}

function outcomeOf(status: number | undefined, isLate: boolean): CallOutcome {
  if (status !== undefined) return `${Math.floor(status / 100)}xx`
  return isLate ? 'deadline' : 'failed'
}
