import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/**
 * RDF canonicalisation (URDNA2015) of the few graphs that capabilities of the TrustBloc dialect make, without a JSON-LD
 * processor: their shape is fixed, so their statements are written directly.
 */
export interface Quad {
  readonly subject: Node
  /** An IRI. */
  readonly predicate: string
  readonly object: Node | Literal
}

/** An IRI, or a blank node by its label. */
export type Node = { readonly iri: string } | { readonly blank: string }

export interface Literal {
  readonly text: string
  /** An IRI; a plain string without it. */
  readonly datatype?: string
}

/**
 * The canonical N-Quads of a graph: blank nodes are numbered in the order of their first-degree hashes (URDNA2015
 * section 4.6), lines are sorted.
 *
 * @returns undefined if two blank nodes have equal hashes: graphs of our shapes have none unless an entry is repeated
 */
export function canonicalNQuads(quads: readonly Quad[]): string | undefined {
  const hashes = new Map<string, string>()
  for (const label of blankLabels(quads)) hashes.set(label, firstDegreeHash(quads, label))
  if (new Set(hashes.values()).size !== hashes.size) return undefined
  const order = Array.from(hashes.keys()).sort((a, b) => compare(hashes.get(a) ?? '', hashes.get(b) ?? ''))
  const names = new Map(order.map((label, index) => [label, `_:c14n${index}`]))
  return lines(quads, label => names.get(label) ?? '')
}

function firstDegreeHash(quads: readonly Quad[], label: string): string {
  const mentions = quads.filter(({ subject, object }) => isBlank(subject, label) || isBlank(object, label))
  const text = lines(mentions, each => (each === label ? '_:a' : '_:z'))
  return bytesToHex(sha256(utf8ToBytes(text)))
}

function lines(quads: readonly Quad[], nameOf: (label: string) => string): string {
  return quads
    .map(quad => `${write(quad.subject, nameOf)} <${quad.predicate}> ${write(quad.object, nameOf)} .\n`)
    .sort(compare)
    .join('')
}

function write(term: Node | Literal, nameOf: (label: string) => string): string {
  if ('iri' in term) return `<${term.iri}>`
  if ('blank' in term) return nameOf(term.blank)
  return term.datatype === undefined ? `"${term.text}"` : `"${term.text}"^^<${term.datatype}>`
}

function blankLabels(quads: readonly Quad[]): Set<string> {
  const labels = new Set<string>()
  for (const { subject, object } of quads) {
    for (const term of [subject, object]) if ('blank' in term) labels.add(term.blank)
  }
  return labels
}

function isBlank(term: Node | Literal, label: string): boolean {
  return 'blank' in term && term.blank === label
}

/** Code-point order: our texts are ASCII, where it is the order of JavaScript's strings. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
