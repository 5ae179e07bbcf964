import { escaped, round, svgDocument, ticksUpTo } from './svg.ts'

export interface Curve {
  readonly label: string
  /** One for each place on the axis below. */
  readonly values: readonly number[]
}

export interface Panel {
  /** What its axis shows, with the unit. */
  readonly axis: string
  readonly curves: readonly Curve[]
}

export interface Curves {
  readonly title: string
  /** What the axis below shows, and its places, which stand at equal distances. */
  readonly axis: string
  readonly places: readonly string[]
  readonly panels: readonly Panel[]
}

const [width, left, right, top, panelHeight, gap, bottom] = [860, 70, 150, 44, 180, 40, 48]
const plotWidth = width - left - right
const lineHeight = 14

/** Lines differ by their dashes as well as by their colours. */
const looks = ['', '7 4', '2 3', '9 3 2 3']
const style = `.curve{fill:none;stroke-width:2}.c0{stroke:#0969da}.c1{stroke:#bc4c00}.c2{stroke:#1a7f37}.c3{stroke:#8250df}`
const darkStyle = '.c0{stroke:#4493f8}.c1{stroke:#db6d28}.c2{stroke:#3fb950}.c3{stroke:#ab7df8}'

/** Curves over the same places, in panels one below the other that each begin at zero, as an SVG document. */
export function curveChart({ title, axis, places, panels }: Curves): string {
  const end = top + panels.length * (panelHeight + gap)
  const x = (index: number) => round(left + (index / Math.max(1, places.length - 1)) * plotWidth)
  const content = [
    ...panels.flatMap((panel, index) => panelOf(panel, x, top + index * (panelHeight + gap))),
    ...places.map(
      (place, index) => `<text x="${x(index)}" y="${end - gap + 18}" text-anchor="middle">${escaped(place)}</text>`,
    ),
    `<text x="${left + plotWidth / 2}" y="${end - gap + 40}" text-anchor="middle">${escaped(axis)}</text>`,
  ]
  return svgDocument({ title, width, height: end - gap + bottom, style, darkStyle, content })
}

function panelOf({ axis, curves }: Panel, x: (index: number) => number, from: number): string[] {
  const ticks = ticksUpTo(Math.max(...curves.flatMap(({ values }) => values), Number.MIN_VALUE))
  const floor = from + panelHeight
  const y = (value: number) => round(floor - (value / (ticks.at(-1) as number)) * (panelHeight - 20))
  return [
    `<text x="16" y="${from + 10}">${escaped(axis)}</text>`,
    ...ticks.map(tick => {
      const line = `<path class="grid" d="M${left} ${y(tick)}h${plotWidth}"/>`
      return `${line}<text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`
    }),
    ...curves.map(({ values }, index) => {
      const path = values.map((value, at) => `${at === 0 ? 'M' : 'L'}${x(at)} ${y(value)}`).join('')
      const look = index % looks.length
      return `<path class="curve c${look}" stroke-dasharray="${looks[look]}" d="${path}"/>`
    }),
    ...labels(curves.map(({ label, values }) => [label, y(values.at(-1) ?? 0)])),
  ]
}

/** At the ends of the curves, from the highest down, none over another. */
function labels(ends: readonly (readonly [label: string, y: number])[]): string[] {
  let free = 0
  return ends
    .toSorted(([, one], [, other]) => one - other)
    .map(([label, end]) => {
      const y = Math.max(end, free)
      free = y + lineHeight
      return `<text x="${left + plotWidth + 8}" y="${round(y + 4)}">${escaped(label)}</text>`
    })
}
