import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** Writes lines as fast as they are taken. */
export async function writeLines(output: Writable, lines: AsyncIterable<string>): Promise<void> {
  for await (const line of lines) if (!output.write(`${line}\n`)) await once(output, 'drain')
}
