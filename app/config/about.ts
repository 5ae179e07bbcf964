import { createRequire } from 'node:module'

export interface About {
  readonly version: string
  /** An SPDX identifier. */
  readonly license: string
}

/** What the package says of itself. It is found from here, and from where the program is joined (packaging/program.mjs). */
export function about(): About {
  return createRequire(import.meta.url)('../../package.json')
}
