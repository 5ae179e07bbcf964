import { actors } from './actors.ts'
import type { Dialect, KeyIdPlan } from './plan.ts'
import type { SignatureFlaw, SignatureForm } from './text-forms.ts'

export const algorithmOfAries = 'https://github.com/hyperledger/aries-framework-go/zcaps'

/** The parameters of a signature, as they are sent. */
export interface Parameters {
  readonly keyId: string
  readonly algorithm: string | undefined
  readonly created: string | undefined
  readonly expires: string | undefined
  readonly covered: readonly string[]
  readonly signature: string
}

/** A header by its name, or none. */
export type Written = readonly [name: string, value: string] | undefined

/** Writes the header that carries a signature, in whatever wrong way is asked for. */
export function writeSignature(dialect: Dialect, form: SignatureForm, parameters: Parameters): Written {
  const pairs = spoilPairs(dialect, form, pairsOf(dialect, form, parameters))
  const text = spoilText(form, join(form, pairs))
  const isOther = form === 'header of the other dialect'
  if (form === 'absent') return undefined
  const inSignature = (dialect === 'trustbloc') !== isOther
  const scheme = { 'lower-case scheme': 'signature ', 'other scheme': 'Sign ' }[form as string] ?? 'Signature '
  return inSignature ? ['signature', text] : ['authorization', form === 'empty' ? '' : scheme + text]
}

type Pair = readonly [name: string, text: string]

/** In the order of the dialect's own clients. */
function pairsOf(dialect: Dialect, form: SignatureForm, parameters: Parameters): Pair[] {
  const quotesTimes = (dialect === 'ccg') !== (form === 'times quoted the other way')
  const quoted = (value: string) => `"${value}"`
  const time = (value: string | undefined) => (value === undefined ? undefined : quotesTimes ? quoted(value) : value)
  const { keyId, algorithm, covered, signature } = parameters
  const [created, expires] = [time(parameters.created), time(parameters.expires)]
  const pairs = {
    trustbloc: {
      keyId: quoted(keyId),
      algorithm: algorithm && quoted(algorithm),
      created,
      expires,
      headers: quoted(names(form, covered)),
      signature: quoted(signature),
    },
    ccg: {
      keyId: quoted(keyId),
      algorithm: algorithm && quoted(algorithm),
      headers: quoted(names(form, covered)),
      signature: quoted(signature),
      created,
      expires,
    },
  }[dialect]
  return Object.entries(pairs).flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as Pair]))
}

function names(form: SignatureForm, covered: readonly string[]): string {
  switch (form) {
    case 'covered twice':
      return [...covered, covered[0]].join(' ')
    case 'covered in upper case':
      return covered.map(name => name.toUpperCase()).join(' ')
    case 'covered with two spaces':
      return covered.length > 1 ? covered.join('  ') : `${covered} `
    case 'covered nothing':
      return ''
    case 'covered unknown pseudo-header':
      return [...covered, '(request-response)'].join(' ')
    default:
      return covered.join(' ')
  }
}

function spoilPairs(dialect: Dialect, form: SignatureForm, pairs: readonly Pair[]): readonly Pair[] {
  const without = (name: string) => pairs.filter(([each]) => each !== name)
  const only = (name: string): Pair => pairs.find(([each]) => each === name) ?? [name, '"1"']
  const replaced = (name: string, change: (text: string) => string) =>
    pairs.map(([each, text]): Pair => [each, each === name ? change(text) : text])
  const time = (value: string) => (dialect === 'ccg' ? `"${value}"` : value)
  const [kind, what] = form.split(/ (?=twice$)|^no /) as [string, string | undefined]
  if (what === 'twice') return [...pairs, only(kind)]
  if (form.startsWith('no ')) return without(what ?? '')
  switch (form) {
    case 'keyId last':
      return [...without('keyId'), only('keyId')]
    case 'two keyIds, the right one first':
      return [...pairs, ['keyId', `"${actors.stranger.url}"`]]
    case 'two keyIds, the right one last':
      return [['keyId', `"${actors.stranger.url}"`], ...pairs]
    case 'unknown parameter':
      return [...pairs, ['nonce', '"1"']]
    case 'upper-case parameter':
      return pairs.map(([name, text]): Pair => [name === 'headers' ? 'Headers' : name, text])
    case 'keyId unquoted':
      return replaced('keyId', text => text.slice(1, -1))
    case 'escaped quote':
      return replaced('keyId', text => `"\\"${text.slice(1)}`)
    case 'created negative':
      return replaced('created', () => time('-1'))
    case 'created fractional':
      return replaced('created', text => text.replace(/\d+/, digits => `${digits}.0`))
    case 'created hexadecimal':
      return replaced('created', text => text.replace(/\d+/, digits => `0x${Number(digits).toString(16)}`))
    case 'created in milliseconds':
      return replaced('created', text => text.replace(/\d+/, digits => `${digits}000`))
    default:
      return pairs
  }
}

function join(form: SignatureForm, pairs: readonly Pair[]): string {
  const equals = form === 'space around =' ? ' = ' : '='
  const commas: Partial<Record<SignatureForm, string>> = {
    'space after a comma': ', ',
    'tab after a comma': ',\t',
    semicolons: ';',
  }
  return pairs.map(pair => pair.join(equals)).join(commas[form] ?? ',')
}

function spoilText(form: SignatureForm, text: string): string {
  switch (form) {
    case 'empty':
      return ''
    case 'trailing comma':
      return `${text},`
    case 'leading comma':
      return `,${text}`
    default:
      return text
  }
}

export function writeKeyId(keyId: KeyIdPlan): string {
  if ('text' in keyId) return keyId.text
  const { did, url } = actors[keyId.of]
  return { did, url, 'other fragment': `${did}#key-1`, 'empty fragment': `${did}#` }[keyId.form]
}

/** The base64 of a signature, or something else in its place. */
export function writeBytes(flaw: SignatureFlaw, signature: Buffer): string {
  const text = signature.toString('base64')
  switch (flaw) {
    case 'none':
      return text
    case 'bit flipped':
      return Buffer.concat([Uint8Array.of((signature[0] ?? 0) ^ 1), signature.subarray(1)]).toString('base64')
    case 'truncated':
      return signature.subarray(0, -1).toString('base64')
    case 'longer':
      return Buffer.concat([signature, Uint8Array.of(0)]).toString('base64')
    case 'empty':
      return ''
    case 'zeros':
      return Buffer.alloc(signature.length).toString('base64')
    case 'base64url':
      return signature.toString('base64url')
    case 'unpadded':
      return text.replace(/=+$/, '')
  }
}
