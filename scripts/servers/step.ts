import { lineOf, type Moment } from './call-record.ts'

/** A request that was answered as it should be, and everything that was recorded meanwhile. */
export interface Step {
  readonly title: string
  readonly method: string
  readonly url: string
  readonly body?: object
  /** The answer in a line, beginning with its status. */
  readonly answer: string
  readonly moments: readonly Moment[]
}

export type Report = (step: Step) => void

const longestLine = 400

/** A step as a demo shows it. @param entrance how what takes the client's requests is named: the rest is indented */
export function stepLines({ title, method, url, body, answer, moments }: Step, entrance: string): string[] {
  return [
    '',
    title,
    `  ${method} ${url}`,
    ...(body === undefined ? [] : [`  ${shortened(JSON.stringify(body))}`]),
    ...moments.map(moment => {
      const depth = moment.callee.startsWith(entrance) ? '' : '    '
      return `    ${String(moment.number).padStart(5)}  ${depth}${lineOf(moment)}`
    }),
    `  ${shortened(answer)}`,
  ]
}

export function shortened(text: string): string {
  return text.length > longestLine ? `${text.slice(0, longestLine)}…` : text
}
