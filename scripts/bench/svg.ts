/** Readable on light and dark pages, since it brings its own ground along. */
const ground = `
.ground{fill:#ffffff}text{fill:#1f2328;font:12px system-ui,sans-serif}.title{font-size:15px;font-weight:600}.grid{stroke:#d1d9e0}`
const darkGround = '.ground{fill:#0d1117}text{fill:#e6edf3}.grid{stroke:#3d444d}'

export interface SvgDocument {
  readonly title: string
  readonly width: number
  readonly height: number
  /** Rules of CSS for what is in it, and those that hold on dark pages. */
  readonly style: string
  readonly darkStyle: string
  readonly content: readonly string[]
}

export function svgDocument({ title, width, height, style, darkStyle, content }: SvgDocument): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<style>${ground}
${style}
@media (prefers-color-scheme:dark){${darkGround}
${darkStyle}}</style>
<rect class="ground" width="${width}" height="${height}"/>
<text class="title" x="16" y="24">${escaped(title)}</text>
${content.join('\n')}
</svg>
`
}

/** Round numbers from 0 to the first that is not less. */
export function ticksUpTo(most: number): number[] {
  const rough = most / 6
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find(each => each * power >= rough) ?? 10) * power
  const count = Math.ceil(most / step - 1e-9)
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6)))
}

/** A coordinate, in tenths. */
export function round(value: number): number {
  return Math.round(value * 10) / 10
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
