import { createHash } from 'node:crypto'

/** Subject, predicate, object and, if it is not the default graph, the graph: as N-Quads write them. */
export type Quad = readonly [string, string, string, string | undefined] | readonly [string, string, string]

const blank = /^_:/

/**
 * Canonical N-Quads (RDFC-1.0) of a graph whose blank nodes differ in what is said about them directly: then their
 * first-degree hashes are all that is needed. @throws Error for any other graph
 */
export function canonical(quads: readonly Quad[]): string {
  const labels = Array.from(new Set(quads.flat().filter(term => term !== undefined && blank.test(term)))) as string[]
  const hashes = labels.map(label => {
    const about = quads.filter(quad => quad.includes(label))
    const lines = write(about, term => (term === label ? '_:a' : '_:z'))
    return { label, hash: createHash('sha256').update(lines).digest('hex') }
  })
  hashes.sort((a, b) => (a.hash < b.hash ? -1 : 1))
  if (new Set(hashes.map(({ hash }) => hash)).size !== labels.length) throw new Error('two blank nodes look the same')
  const names = new Map(hashes.map(({ label }, index) => [label, `_:c14n${index}`]))
  return write(quads, term => names.get(term) ?? term)
}

export const iri = (text: string): string => `<${text}>`
export const literal = (text: string, type?: string): string => `"${text}"${type === undefined ? '' : `^^<${type}>`}`
export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'

/** An RDF list of terms, and the term that stands for it. */
export function list(name: string, terms: readonly string[], graph?: string): { head: string; quads: Quad[] } {
  const node = (index: number) => (index < terms.length ? `_:${name}${index}` : iri(`${rdf}nil`))
  const quads = terms.flatMap((term, index): Quad[] => [
    [node(index), iri(`${rdf}first`), term, graph],
    [node(index), iri(`${rdf}rest`), node(index + 1), graph],
  ])
  return { head: node(0), quads }
}

export const type = iri(`${rdf}type`)
export const dateTime = 'http://www.w3.org/2001/XMLSchema#dateTime'
export const sec = (term: string): string => iri(`https://w3id.org/security#${term}`)
export const created = iri('http://purl.org/dc/terms/created')

function write(quads: readonly Quad[], nameOf: (term: string) => string): string {
  const lines = quads.map(
    quad =>
      `${quad.flatMap(term => (term === undefined ? [] : [blank.test(term) ? nameOf(term) : term])).join(' ')} .\n`,
  )
  return lines.sort().join('')
}
