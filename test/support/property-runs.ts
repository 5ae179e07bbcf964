/** How often a property is tried: few times in every run of the suite, many with `KMS_SLOW=1`. */
export const propertyRuns = { numRuns: process.env['KMS_SLOW'] === '1' ? 20_000 : 200 } as const

/** The same for a property whose every try takes a millisecond or more. */
export const slowPropertyRuns = { numRuns: process.env['KMS_SLOW'] === '1' ? 1000 : 10 } as const
