import { open, readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { encodeBase64 } from '@keyhold/core'
import { CliError } from './cli-error.ts'
import type { Options, Outcome, Values } from './command.ts'

/** Where a command that makes bytes puts them. */
export const outputOptions = {
  out: {
    type: 'string',
    value: 'FILE',
    description: 'Where the result is written, as it is (mode 0600). Default: standard output.',
  },
  base64: { type: 'boolean', description: 'Print it as a line of base64.' },
} as const satisfies Options

/** The bytes of a file; of standard input if it is `-` or none. */
export async function readData(file: string | undefined, input: Readable): Promise<Buffer> {
  return file === undefined || file === '-' ? buffer(input) : readFile(file)
}

/** The JSON that was read from a file or standard input. @throws CliError if it is no object */
export function objectOf(bytes: Uint8Array, file: string | undefined): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    value = undefined
  }
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  throw wrongInput(file, 'no JSON object')
}

/** The bytes of a member in base64. @throws CliError if it is none */
export function bytesOf(object: Readonly<Record<string, unknown>>, name: string, file: string | undefined): Buffer {
  const text = object[name]
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : undefined
  if (bytes === undefined || bytes.toString('base64') !== text) throw wrongInput(file, `${name} is not base64`)
  return bytes
}

export function wrongInput(file: string | undefined, what: string): CliError {
  return new CliError('failed', 'INVALID_INPUT', `${file ?? '-'}: ${what}`)
}

/** Bytes that a command has made, under the name that they have in JSON. */
export async function bytesOutcome(
  name: string,
  bytes: Uint8Array,
  { out, base64 }: Values<typeof outputOptions>,
): Promise<Outcome> {
  if (out !== undefined) {
    await writePrivate(out, bytes)
    return { text: '', json: { out } }
  }
  const text = encodeBase64(bytes)
  return { text: base64 ? `${text}\n` : bytes, json: { [name]: text } }
}

async function writePrivate(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'w', 0o600)
  try {
    // Others may have been allowed to read what was there before. A device stays as it is.
    if ((await handle.stat()).isFile()) await handle.chmod(0o600)
    await handle.writeFile(bytes)
  } finally {
    await handle.close()
  }
}

/** An object of which people and programs see the same line. */
export function jsonOutcome(json: unknown): Outcome {
  return { text: `${JSON.stringify(json)}\n`, json }
}

/** A line for each member. */
export function rowsOf(members: Readonly<Record<string, unknown>>): string {
  return Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(10)} ${value}\n`)
    .join('')
}

/** Whether something is what it should be. */
export function validityOutcome(valid: boolean): Outcome {
  return { text: valid ? 'valid\n' : 'NOT VALID\n', json: { valid }, exit: valid ? 'done' : 'invalid' }
}
