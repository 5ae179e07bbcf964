import type { Command, Commands, Options } from '../command.ts'
import { optionsOf } from '../command-line.ts'

export interface DescribedOption {
  readonly name: string
  readonly description: string
  /** What can stand behind it: nothing, one of some words, a file, or anything. */
  readonly value: 'none' | 'file' | 'any' | readonly string[]
}

export interface DescribedCommand {
  /** `did new` */
  readonly name: string
  readonly summary: string
  readonly options: readonly DescribedOption[]
}

/** All that completion needs to know of every command. */
export async function describeCommands(commands: Commands): Promise<DescribedCommand[]> {
  const rows = Object.entries(commands)
  return Promise.all(
    rows.map(async ([name, { summary, load }]) => ({
      name,
      summary,
      options: describeOptions((await load()).command),
    })),
  )
}

/** The words that may follow these at the place of a command's name: `new` and `show` after `did`. */
export function nextWords(all: readonly DescribedCommand[], before: string): string[] {
  const [begin, place] = before === '' ? ['', 0] : [`${before} `, before.split(' ').length]
  const words = all.filter(({ name }) => name.startsWith(begin)).map(({ name }) => name.split(' ')[place] ?? '')
  return [...new Set(words)].filter(word => word !== '')
}

/** The first words of the commands that have two. */
export function groupsOf(all: readonly DescribedCommand[]): string[] {
  return [...new Set(all.filter(({ name }) => name.includes(' ')).map(({ name }) => name.split(' ')[0] ?? ''))]
}

function describeOptions(command: Command): DescribedOption[] {
  return Object.entries(optionsOf(command)).map(([name, option]) => {
    // The first sentence is enough, and no shell has to quote what is not there.
    const description = option.description.split(/\. |[.:'"`$\\[\]]/)[0] ?? ''
    return { name, description, value: kindOfValue(option) }
  })
}

function kindOfValue(option: Options[string]): DescribedOption['value'] {
  if (option.type === 'boolean') return 'none'
  if (option.choices !== undefined) return option.choices
  return /^(FILE|DIRECTORY)$/.test(option.value) ? 'file' : 'any'
}
