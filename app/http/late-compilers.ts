import { createRequire } from 'node:module'
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import type { FastifyServerOptions } from 'fastify'

type Compilers = Required<NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>>

/** Loaded by the first answer, which cannot wait as an `import()` would make it. */
const loadSerializers = once((): Compilers['buildSerializer'] =>
  createRequire(import.meta.url)('@fastify/fast-json-stringify-compiler').SerializerSelector(),
)

/** Fastify's types know no other compiler than Ajv's. */
const lateValidators = (route: Parameters<typeof TypeBoxValidatorCompiler>[0]) => {
  const validator = once(() => TypeBoxValidatorCompiler(route))
  return (value: unknown) => validator()(value)
}

/**
 * What makes validators and serializers of the schemas of routes: when a request needs one for the first time. All together
 * they take an eighth of a start, and most services never answer most of what they could.
 */
export const lateCompilers: Compilers = {
  buildValidator: (() => lateValidators) as unknown as Compilers['buildValidator'],
  buildSerializer: (schemas, options) => {
    const compiler = once(() => loadSerializers()(schemas, options))
    return route => {
      const serializer = once(() => compiler()(route))
      return value => serializer()(value)
    }
  },
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
