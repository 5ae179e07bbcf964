import { KmsError } from '@keyhold/core'
import { BSON, MongoBulkWriteError, MongoServerError } from 'mongodb'
import { corrupt } from './record-document.ts'

/** Codes of the server, by their names in its own list. */
const codes = {
  Unauthorized: [13],
  AuthenticationFailed: [18],
  InvalidNamespace: [73],
  NamespaceExists: [48],
  IndexConflict: [85, 86],
  WriteConflict: [112],
  DuplicateKey: [11000],
} as const

export function isServerError(error: unknown, ...names: readonly (keyof typeof codes)[]): boolean {
  return error instanceof MongoServerError && names.some(name => codes[name].some(code => code === error.code))
}

/** What a failure of the driver is to callers. */
export function kmsErrorOf(error: unknown): KmsError {
  if (error instanceof KmsError) return error
  // The ids are all that is unique: whether the server says which index it was or not, one of them is taken.
  if (isServerError(error, 'DuplicateKey')) return new KmsError('ALREADY_EXISTS', 'the id is taken')
  return error instanceof BSON.BSONError ? corrupt(summary(error)) : unavailable(error)
}

export function isCorrupt(error: unknown): boolean {
  return error instanceof KmsError && error.code === 'STORE_CORRUPT'
}

/**
 * What kept each of so many documents from being stored that were to be inserted by one command, in any order; undefined:
 * nothing did. Unless the server has said of every one whether it is, and of all that they are acknowledged, nothing is
 * known of any but those that it refused.
 */
export function failuresOf(error: unknown, count: number): (KmsError | undefined)[] {
  const failure = kmsErrorOf(error)
  if (!(error instanceof MongoBulkWriteError)) return Array.from({ length: count }, () => failure)
  const { result, insertedCount } = error
  const refused = result.getWriteErrors()
  const isRestStored = insertedCount + refused.length === count && result.getWriteConcernError() === undefined
  const failures = Array.from({ length: count }, () => (isRestStored ? undefined : failure))
  for (const { index, code } of refused)
    failures[index] = kmsErrorOf(new MongoServerError({ code, message: 'refused' }))
  return failures
}

/**
 * Whatever the driver threw and what decides nothing. A write may have been stored all the same: an answer that came
 * too late or not from enough members says nothing about it.
 */
export function unavailable(error: unknown): KmsError {
  return new KmsError('STORE_UNAVAILABLE', 'the store does not answer', { cause: summary(error) })
}

/**
 * The kinds and codes of an error and of what caused it, and nothing else. The texts of the server repeat the command,
 * with ids and bodies in it; those of the driver parts of the URL, where the password stands.
 */
export function summary(error: unknown): Error {
  const kinds: string[] = []
  for (let each = error; each instanceof Error && kinds.length < 5; each = each.cause) {
    const code = 'code' in each && each.code !== undefined ? String(each.code) : ''
    kinds.push(/^\w{1,40}$/.test(code) ? `${each.name} ${code}` : each.name)
  }
  return new Error(kinds.length === 0 ? 'not an error' : kinds.join(', because of '))
}
