/** A fenced block of a Markdown file. */
export interface Block {
  /** The first word behind the fence. */
  readonly language: string
  /** What stands behind it. */
  readonly mark: string
  readonly code: string
  /** Of the fence, from 1. */
  readonly line: number
}

export function blocksOf(text: string): Block[] {
  return Array.from(text.matchAll(/^( *)```(\S*) *(.*)\n([\s\S]*?)^\1```$/gm), match => {
    const [, indent = '', language = '', mark = '', code = ''] = match
    const line = text.slice(0, match.index).split('\n').length
    return { language, mark, code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''), line }
  })
}

/** What stands between backticks in its prose. */
export function codeSpansOf(text: string): string[] {
  return Array.from(withoutBlocks(text).matchAll(/`([^`\n]+)`/g), ([, code = '']) => code)
}

/** Where the links of a file lead to, as they are written; images among them. */
export function linksOf(text: string): string[] {
  const prose = withoutCode(text)
  const inline = Array.from(prose.matchAll(/\]\(<?([^()\s>]+)>?(?: "[^"]*")?\)/g), ([, target = '']) => target)
  const defined = Array.from(prose.matchAll(/^ *\[[^\]]+\]: *<?([^\s>]+)/gm), ([, target = '']) => target)
  return [...inline, ...defined]
}

/** The anchors that GitHub gives the headings of a file. */
export function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>()
  const headings = Array.from(withoutBlocks(text).matchAll(/^#{1,6} +(.*?) *#*$/gm), ([, heading = '']) => heading)
  return new Set(
    headings.map(heading => {
      const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
      const anchor = plain.replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '').replaceAll(' ', '-')
      const count = seen.get(anchor) ?? 0
      seen.set(anchor, count + 1)
      return count === 0 ? anchor : `${anchor}-${count}`
    }),
  )
}

function withoutBlocks(text: string): string {
  return text.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, '')
}

function withoutCode(text: string): string {
  return withoutBlocks(text).replaceAll(/`[^`\n]*`/g, '')
}
