import { withDeadline } from '@keyhold/adapters'
import type { Exit } from '../exit-codes.ts'
import { failureOf } from '../failure.ts'

/** What was found out about one thing that the service needs. */
export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'failed'
  /** What is there, or what is wrong. */
  readonly message: string
  /** How to mend it. */
  readonly mend?: string
  readonly exit: Exit
}

export interface Check {
  readonly name: string
  /** What to do if it fails and does not say so itself. */
  readonly mend: string
  /** Changes nothing. @returns what is there */
  readonly run: () => Promise<string>
}

/** @param deadline milliseconds */
export async function examine({ name, mend, run }: Check, deadline: number): Promise<Finding> {
  try {
    const message = await withDeadline(deadline, run)
    return { name, state: 'ok', message, exit: 'done' }
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'DeadlineError'
    const { message, exit } = failureOf(error)
    return { name, state: 'failed', message, mend, exit: isLate ? 'unreachable' : exit }
  }
}

/** How all of it ended: a check that could not reach something says less than one that was refused. */
export function exitOf(findings: readonly Finding[]): Exit {
  const exits = findings.map(({ exit }) => exit).filter(exit => exit !== 'done')
  if (exits.length === 0) return 'done'
  return exits.find(exit => exit !== 'unreachable') === undefined ? 'unreachable' : 'failed'
}

/** A line for each, with how to mend it below what is wrong. */
export function textOf(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length))
  return findings
    .map(({ name, state, message, mend }) => {
      const head = `${state.padEnd(6)}  ${name.padEnd(width)}  `
      const lines = message.trimEnd().split('\n')
      return `${head}${lines.join(`\n${' '.repeat(head.length)}`)}\n${mend === undefined ? '' : `${' '.repeat(head.length)}${mend}\n`}`
    })
    .join('')
}
