import { writeFile } from 'node:fs/promises'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { settings, unsupportedSettings } from '@keyhold/app/config/settings.js'

/** Characters of a line at most. */
const width = 100

/** The text of `.env.example`: every setting, out of the one table, commented out. */
export function envExample(): string {
  const entries = Object.values(settings).map(({ variable, flag, description, ...rest }) => {
    const value = 'default' in rest ? rest.default : ''
    return [...comment(description), ...comment(`Flag: --${flag}`), `#${variable}=${value}`].join('\n')
  })
  const head = comment(
    'Every setting of `keyhold start`, with its default. This file is read by nothing: name a copy of it to whatever ' +
      'sets the environment of the service. Where there is no value, the description says what is assumed. An empty ' +
      'variable counts as set, and an unknown variable that begins with KMS_ is an error.',
  )
  const known = comment(`Known, and refused by this version: ${Object.keys(unsupportedSettings).join(', ')}`)
  return `${[head.join('\n'), ...entries, known.join('\n')].join('\n\n')}\n`
}

/** A text as comment lines, broken between words. */
function comment(text: string): string[] {
  const lines: string[] = []
  let line = '#'
  for (const word of text.split(' ')) {
    if (line !== '#' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = '#'
    }
    line += ` ${word}`
  }
  return [...lines, line]
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(fileURLToPath(new URL('../../.env.example', import.meta.url)), envExample())
}
