import { type DescribedCommand, type DescribedOption, groupsOf, nextWords } from './described.ts'

/** Completion for zsh: a file `_keyhold` in a directory of `fpath`, or `source <(keyhold completion zsh)`. */
export function zshCompletion(all: readonly DescribedCommand[]): string {
  const groups = groupsOf(all).map(group => `    ${group}) names=(${nextWords(all, group).join(' ')}) ;;`)
  const cases = all.map(({ name, options }) => `    '${name}') _arguments ${specifications(options)} ;;`)
  return `#compdef keyhold
_keyhold() {
  local -a names
  local command=\${words[2]}
  if ((CURRENT == 2)); then
    names=(${nextWords(all, '').join(' ')} --help --version)
    compadd -a names
    return
  fi
  case $command in
${groups.join('\n')}
  esac
  if (( \${#names} )); then
    if ((CURRENT == 3)); then
      compadd -a names
      return
    fi
    command="$command \${words[3]}"
  fi
  case $command in
${cases.join('\n')}
  esac
}
compdef _keyhold keyhold
`
}

function specifications(options: readonly DescribedOption[]): string {
  const specified = options.map(({ name, description, value }) => `'*--${name}[${description}]${actionOf(value)}'`)
  return [...specified, "'*:file:_files'"].join(' ')
}

function actionOf(value: DescribedOption['value']): string {
  if (value === 'none') return ''
  if (value === 'any') return ':value: '
  return value === 'file' ? ':file:_files' : `:value:(${value.join(' ')})`
}
