import { DocumentCipher } from '@keyhold/adapters/vault-edv/document-cipher.js'
import { readEncrypted } from '@keyhold/adapters/vault-edv/encrypted-document.js'
import { importRecipientKey } from '@keyhold/adapters/vault-edv/recipient-key.js'
import { isTombstone, readDocument, writeDocument } from '@keyhold/adapters/vault-edv/structured-document.js'
import { outcome } from '@keyhold/contract'
import { SecretBytes } from '@keyhold/core'
import fc from 'fast-check'
import t from 'tap'
import { propertyRuns } from '../support/property-runs.ts'

const cipher = new DocumentCipher(await importRecipientKey(new SecretBytes(new Uint8Array(32).fill(1))))
const plaintext = writeDocument('id', 'one', Uint8Array.of(1, 2, 3))
const jwe = await cipher.encrypt(plaintext)
const stored = JSON.stringify({ id: 'id', sequence: 0, indexed: [], jwe })

interface Reader {
  /** JSON that it accepts, to be changed a little. */
  readonly sample: string
  readonly read: (text: string) => unknown
  /** How the reading of anything may end. */
  readonly endings: readonly string[]
}

const readers: Readonly<Record<string, Reader>> = {
  'an answer': {
    sample: stored,
    read: text => readEncrypted(Buffer.from(text), 'id'),
    endings: ['done', 'VAULT_UNAVAILABLE', 'VAULT_CORRUPT'],
  },
  'a JWE': {
    sample: JSON.stringify(jwe),
    read: text => cipher.decrypt(parsed(text)),
    endings: ['done', 'VAULT_CORRUPT'],
  },
  'a document': {
    sample: Buffer.from(plaintext).toString(),
    read: text => readDocument(Buffer.from(text), 'one'),
    endings: ['done', 'VAULT_CORRUPT'],
  },
  'a tombstone': {
    sample: '{"content":{},"meta":{"deleted":true}}',
    read: text => isTombstone(Buffer.from(text)),
    endings: ['done', 'VAULT_CORRUPT'],
  },
}

for (const [name, { sample, read, endings }] of Object.entries(readers)) {
  t.test(`${name}, whatever it is`, async t => {
    t.equal(await outcome(async () => read(sample)), 'done')
    const texts = fc.oneof(fc.string(), fc.json(), changed(sample), members(sample))
    await fc.assert(
      fc.asyncProperty(texts, async text => endings.includes(await outcome(async () => read(text)))),
      propertyRuns,
    )
    t.pass('is read, or refused as it should be')
  })
}

/** A text with one of its characters exchanged. */
function changed(text: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat(text.length - 1), fc.string({ minLength: 0, maxLength: 2 }))
    .map(([at, put]) => text.slice(0, at) + put + text.slice(at + 1))
}

/** An object with one of its members exchanged for any JSON. */
function members(text: string): fc.Arbitrary<string> {
  const names = Object.keys(JSON.parse(text))
  return fc
    .tuple(fc.constantFrom(...names), fc.jsonValue())
    .map(([name, value]) => JSON.stringify({ ...JSON.parse(text), [name]: value }))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
