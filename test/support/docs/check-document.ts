import type { Test } from 'tap'
import type { Document } from './documents.ts'
import { runDocument } from './run-document.ts'

/** Runs a document, and looks for what its blocks must have written. */
export async function checkDocument(t: Test, { file, options, written }: Document): Promise<void> {
  const { code, output } = await runDocument(t, file, options)
  let rest = output
  for (const part of written) {
    const found = part.exec(rest)
    t.ok(found, `has written ${part}`)
    rest = rest.slice((found?.index ?? 0) + (found?.[0].length ?? 0))
  }
  t.equal(code, 0, 'comes to its end')
  if (!t.passing()) t.comment(output)
}
