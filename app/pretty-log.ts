/** The numbers of pino's levels. */
const levels: Readonly<Record<number, string>> = { 20: 'DEBUG', 30: 'INFO ', 40: 'WARN ', 50: 'ERROR', 60: 'FATAL' }

/** ANSI colours (ECMA-48 section 8.3.117) of what a reader should see first. */
const colours: Readonly<Record<number, string>> = { 40: '33', 50: '31', 60: '31' }

interface Entry {
  readonly level: number
  readonly time: string
  readonly msg?: string
  readonly err?: { readonly stack?: string; readonly message?: string }
  readonly [name: string]: unknown
}

/**
 * A line of the log as a person reads it: time, level, message and what else it says, and under it where a failure was
 * thrown. What a terminal would obey is escaped.
 */
export function prettyLine(line: string): string {
  const { level, time, msg = '', err, ...fields } = JSON.parse(line) as Entry
  const said = Object.entries(fields).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? plain(value) : JSON.stringify(value)}`,
  )
  const name = levels[level] ?? String(level)
  const colour = colours[level]
  const shown = colour === undefined ? name : `\u001b[${colour}m${name}\u001b[0m`
  const stack = (err?.stack ?? err?.message ?? '').split('\n').filter(text => text !== '')
  return `${time.slice(11, 23)} ${shown} ${escaped(msg)}${escaped(said.join(''))}\n${stack.map(text => `    ${escaped(text)}\n`).join('')}`
}

/** Quoted only where it would not be one word. */
function plain(text: string): string {
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text)
}

/** Controls, what turns the direction of a text around, and what else has no sign of its own. */
function escaped(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, character => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`
  })
}
