import type { Verdict } from './judgements.ts'
import type { Estimate } from './statistics.ts'
import { escaped, round, svgDocument, ticksUpTo } from './svg.ts'

export interface Bar {
  readonly label: string
  readonly estimate: Estimate
  readonly target?: { readonly value: number; readonly verdict: Verdict }
}

export interface Chart {
  readonly title: string
  /** What the axis shows, with its unit. */
  readonly axis: string
  readonly bars: readonly Bar[]
}

const [width, labelWidth, rightMargin, top, rowHeight, bottom] = [860, 330, 60, 58, 22, 48]
const plotWidth = width - labelWidth - rightMargin

/** Colours differ in lightness as well. */
const style = `.bar{fill:#54aeff}.missed{fill:#d4a72c}.interval{stroke:#1f2328;stroke-width:1.5}
.target{stroke:#cf222e;stroke-width:2.5}`
const darkStyle = '.bar{fill:#1f6feb}.missed{fill:#9e6a03}.interval{stroke:#e6edf3}.target{stroke:#ff7b72}'

/** Horizontal bars from zero, each with its 95 % interval and its target, as an SVG document. */
export function intervalChart({ title, axis, bars }: Chart): string {
  const height = top + bars.length * rowHeight + bottom
  const ends = bars.flatMap(({ estimate, target }) => [estimate.high, target?.value ?? 0])
  const ticks = ticksUpTo(Math.max(...ends, Number.MIN_VALUE))
  const end = ticks.at(-1) as number
  const x = (value: number) => round(labelWidth + (Math.max(0, value) / end) * plotWidth)
  const floor = top + bars.length * rowHeight
  const content = [
    legend(),
    ...ticks.map(tick => gridLine(x(tick), floor, tick)),
    ...bars.map((bar, index) => rowOf(bar, x, top + index * rowHeight)),
    `<text x="${labelWidth + plotWidth / 2}" y="${floor + 38}" text-anchor="middle">${escaped(axis)}</text>`,
  ]
  return svgDocument({ title, width, height, style, darkStyle, content })
}

function rowOf({ label, estimate, target }: Bar, x: (value: number) => number, y: number): string {
  const { value, low, high } = estimate
  const middle = y + rowHeight / 2
  const kind = target === undefined || target.verdict === 'reached' ? 'bar' : 'bar missed'
  const mark = target && `<path class="target" d="M${x(target.value)} ${y + 1}v${rowHeight - 2}"/>`
  return [
    `<text x="${labelWidth - 8}" y="${middle + 4}" text-anchor="end">${escaped(label)}</text>`,
    `<rect class="${kind}" x="${x(0)}" y="${y + 4}" width="${round(x(value) - x(0))}" height="${rowHeight - 8}"/>`,
    `<path class="interval" d="M${x(low)} ${middle}H${x(high)}M${x(low)} ${middle - 4}v8M${x(high)} ${middle - 4}v8"/>`,
    ...(mark ? [mark] : []),
    `<text x="${Math.max(x(high), x(target?.value ?? 0)) + 8}" y="${middle + 4}">${value.toFixed(2)}</text>`,
  ].join('\n')
}

function gridLine(x: number, floor: number, tick: number): string {
  const line = `<path class="grid" d="M${x} ${top}V${floor}"/>`
  return `${line}\n<text x="${x}" y="${floor + 16}" text-anchor="middle">${tick}</text>`
}

function legend(): string {
  const y = 44
  return [
    `<rect class="bar" x="16" y="${y - 9}" width="12" height="10"/><text x="34" y="${y}">median</text>`,
    `<path class="interval" d="M100 ${y - 4}h24m-24 -4v8m24 -8v8"/><text x="132" y="${y}">95 % interval</text>`,
    `<path class="target" d="M232 ${y - 10}v13"/><text x="242" y="${y}">target</text>`,
    `<rect class="bar missed" x="300" y="${y - 9}" width="12" height="10"/><text x="318" y="${y}">target not reached</text>`,
  ].join('\n')
}
