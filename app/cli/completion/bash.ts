import { type DescribedCommand, type DescribedOption, groupsOf, nextWords } from './described.ts'

/** Completion for bash: `eval "$(keyhold completion bash)"`. */
export function bashCompletion(all: readonly DescribedCommand[]): string {
  const groups = groupsOf(all).map(group => `    ${group}) words='${nextWords(all, group).join(' ')}' ;;`)
  const cases = all.map(({ name, options }) => {
    const names = options.map(option => `--${option.name}`).join(' ')
    return `    '${name}') options='${names}'${valuesOf(options)} ;;`
  })
  return `_keyhold() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local command=\${COMP_WORDS[1]} words='' options='' choices=''
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${nextWords(all, '').join(' ')} --help --version' -- "$current"))
    return
  fi
  case $command in
${groups.join('\n')}
  esac
  if [[ -n $words ]]; then
    if ((COMP_CWORD == 2)); then
      COMPREPLY=($(compgen -W "$words --help" -- "$current"))
      return
    fi
    command="$command \${COMP_WORDS[2]}"
  fi
  case $command in
${cases.join('\n')}
  esac
  if [[ -n $choices ]]; then
    COMPREPLY=($(compgen -W "$choices" -- "$current"))
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  else
    compopt -o filenames 2>/dev/null || true
    local file
    while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$current")
  fi
}
complete -F _keyhold keyhold
`
}

/** What can stand behind the options that have a list of values; behind all others files are offered. */
function valuesOf(options: readonly DescribedOption[]): string {
  const listed = options.flatMap(({ name, value }) =>
    typeof value === 'string' ? [] : [`--${name}) choices='${value.join(' ')}' ;;`],
  )
  return listed.length === 0 ? '' : `; case $previous in ${listed.join(' ')} esac`
}
