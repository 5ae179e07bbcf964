import { verifyCcgChain } from '@keyhold/adapters'
import fc from 'fast-check'
import t from 'tap'
import { leafOf, now, policy, root, suites, timeOf, url } from '../support/ccg-chain.ts'
import type { Capability, Suite } from '../support/ccg-delegation.ts'

/** Nothing that stands in a chain can be another without the chain being refused. */
const hour = 3_600_000
const members = [
  { allowedAction: ['sign', 'verify'], expires: timeOf(now + 2 * hour) },
  { allowedAction: ['sign', 'verify'], expires: timeOf(now + hour), invocationTarget: `${url}/keys/k1` },
  { allowedAction: 'sign' },
]
const chains: readonly (readonly [name: string, suiteOf: (index: number) => Suite])[] = [
  ...suites.map(suite => [suite, () => suite] as const),
  ['suites in turn', index => suites[index % 2 === 0 ? 1 : 0]],
]

type Path = readonly (string | number)[]

for (const [name, suiteOf] of chains) {
  const leaf = await leafOf(members, suiteOf)
  const paths = leavesOf(leaf)

  void t.test(`${name}: every text of every link, each changed in every way of a list`, async t => {
    await verifyCcgChain(leaf, root, policy, now)
    t.ok(paths.length > 40, `there are ${paths.length} texts`)
    for (const path of paths) {
      const accepted: unknown[] = []
      for (const value of othersThan(String(at(leaf, path)))) {
        if (await isAccepted(replaced(leaf, path, value))) accepted.push(value)
      }
      t.strictSame(accepted, [], path.join('.'))
    }
  })

  void t.test(`${name}: a character changed, put in or taken out anywhere`, async () => {
    const change = fc.record({
      path: fc.constantFrom(...paths),
      position: fc.nat(),
      deleted: fc.integer({ min: 0, max: 1 }),
      inserted: fc.string({ maxLength: 1, unit: 'binary' }),
    })
    await fc.assert(
      fc.asyncProperty(change, async ({ path, position, deleted, inserted }) => {
        const text = String(at(leaf, path))
        const index = position % (text.length + 1)
        const other = text.slice(0, index) + inserted + text.slice(index + deleted)
        fc.pre(other !== text)
        return !(await isAccepted(replaced(leaf, path, other)))
      }),
      { numRuns: process.env['KEYHOLD_SLOW'] === '1' ? 3000 : 200 },
    )
  })
}

function othersThan(text: string): unknown[] {
  const swapped = text.replace(/[a-z]/i, letter => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()))
  const last = text.slice(-1)
  return [
    `${text}x`,
    `${text} `,
    ` ${text}`,
    `${text}\n`,
    `${text}/`,
    text.slice(0, -1),
    text.slice(1),
    text.slice(0, -1) + (last === '2' ? '3' : '2'),
    swapped,
    text.toUpperCase(),
    text.replace('Z', '+00:00'),
    text.replace('.000Z', 'Z'),
    text.replace('Z', '.0Z'),
    text.replace(':', '%3A'),
    '',
    null,
    true,
    0,
    {},
    [],
    [[text]],
    { id: text },
    { '@id': text },
    { '@value': text },
    undefined,
  ].filter(other => other !== text)
}

async function isAccepted(capability: unknown): Promise<boolean> {
  try {
    await verifyCcgChain(capability as Capability, root, policy, now)
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === 'FORBIDDEN') return false
    throw error
  }
}

/** The paths of all texts in a capability, those that are embedded in it included. */
function leavesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...path, name]))
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((inner, name) => (inner as Record<string | number, unknown>)[name], value)
}

/** A copy with another value at a path; undefined takes the member or entry out. */
function replaced(capability: Capability, path: Path, value: unknown): Capability {
  const copy = structuredClone(capability)
  const parent = at(copy, path.slice(0, -1)) as Capability | unknown[]
  const name = path.at(-1) ?? ''
  if (value !== undefined) (parent as Capability)[name] = value
  else if (Array.isArray(parent)) parent.splice(Number(name), 1)
  else delete parent[name]
  return copy
}
