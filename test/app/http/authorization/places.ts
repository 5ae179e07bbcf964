import type { TargetTemplate } from './plan.ts'

/** Where a case takes place. */
export interface Places {
  /** URLs of keystores: the one in question, another of the same controller, and one of somebody else. */
  readonly keystore: string
  readonly sibling: string
  readonly strangers: string
  /** A new UUID. */
  fresh(): string
}

export const authority = 'kms.example'
export const baseUrl = `https://${authority}`
export const rootPath = '/v1/keystores'

/** The URL that a template of a target stands for. */
export function fillTarget(template: TargetTemplate, { keystore, sibling, strangers }: Omit<Places, 'fresh'>): string {
  return template
    .replace('{ks}', keystore)
    .replace('{sibling}', sibling)
    .replace("{stranger's}", strangers)
    .replace('{shortened}', keystore.slice(0, -1))
    .replace(
      '{other case}',
      keystore.replace(/[^/]+$/, id => id.replace(/[a-z]/i, swapCase)),
    )
    .replace('{HOST}', keystore.replace(authority, authority.toUpperCase()))
    .replace('{path}', keystore.slice(baseUrl.length))
    .replace('{base}', baseUrl)
}

function swapCase(letter: string): string {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
}
