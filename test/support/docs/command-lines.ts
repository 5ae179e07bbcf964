import { findCommand, namesUnder, optionsOf } from '@keyhold/app/cli/command-line.js'
import { commands } from '@keyhold/app/cli/commands.js'

/** What stands in a document behind `keyhold`, up to the end of the command: `zcap show FILE`. */
export function commandLinesOf(code: string): string[] {
  const lines = code.replaceAll(/\\\n\s*/g, ' ').replaceAll(/(?<=^|\s)#.*$/gm, '')
  return Array.from(lines.matchAll(/(?<![\w@/.=-])keyhold +((?:"[^"]*"|'[^']*'|[^\n|;&)>`])+)/g), ([, rest = '']) =>
    rest.trim(),
  ).filter(rest => /^[a-z-]/.test(rest))
}

/** What is wrong with such a line: there is no such command, or it has no such option. */
export async function problemsIn(line: string): Promise<string[]> {
  const words = line.split(/\s+/)
  const { name, rest } = findCommand(commands, words)
  if (name === undefined) {
    if (['--help', '--version'].includes(line) || namesUnder(commands, words).length > 0) return []
    return [`no command: keyhold ${line}`]
  }
  const { command } = (await commands[name]?.load()) ?? {}
  const known = command === undefined ? [] : Object.keys(optionsOf(command))
  const given = rest.flatMap(word => /^--([\w-]+)/.exec(word)?.[1] ?? [])
  return given.filter(option => !known.includes(option)).map(option => `keyhold ${name} has no option --${option}`)
}
