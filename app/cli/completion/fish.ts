import { type DescribedCommand, type DescribedOption, groupsOf, nextWords } from './described.ts'

/** Completion for fish: `keyhold completion fish | source`. */
export function fishCompletion(all: readonly DescribedCommand[]): string {
  const groups = groupsOf(all)
  const first = nextWords(all, '').map(word => `complete -c keyhold -f -n __fish_use_subcommand -a ${word}`)
  const second = groups.map(group => {
    const words = nextWords(all, group).join(' ')
    const isNext = `__fish_seen_subcommand_from ${group}; and not __fish_seen_subcommand_from ${words}`
    return `complete -c keyhold -f -n '${isNext}' -a '${words}'`
  })
  const options = all.flatMap(command =>
    command.options.map(option => `complete -c keyhold -n '${conditionOf(command)}' -l ${described(option)}`),
  )
  return `${[...first, ...second, ...options].join('\n')}\n`
}

function conditionOf({ name }: DescribedCommand): string {
  const words = name.split(' ').map(word => `__fish_seen_subcommand_from ${word}`)
  return words.join('; and ')
}

function described({ name, description, value }: DescribedOption): string {
  return `${name}${actionOf(value)} -d '${description}'`
}

function actionOf(value: DescribedOption['value']): string {
  if (value === 'none') return ''
  if (value === 'any') return ' -x'
  return value === 'file' ? ' -r -F' : ` -x -a '${value.join(' ')}'`
}
