/** One setting: the flag wins over the variable, the variable over the default. */
export interface Setting<T> {
  readonly variable: `KMS_${string}`
  readonly flag: string
  /** As it would be written in the environment; absent if nothing is assumed. */
  readonly default?: string
  readonly description: string
  readonly parse: (value: string) => T
}

export function setting<T, const D extends string | undefined>(
  variable: `KMS_${string}`,
  flag: string,
  parse: (value: string) => T,
  fallback: D,
  description: string,
): Setting<T> & { readonly parsed: D extends string ? T : T | undefined } {
  return {
    variable,
    flag,
    parse,
    description,
    ...(fallback !== undefined && { default: fallback }),
    // A phantom for the type alone: what the setting is once it is parsed.
    parsed: undefined as D extends string ? T : T | undefined,
  }
}
