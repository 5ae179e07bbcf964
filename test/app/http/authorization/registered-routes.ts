import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'

/** Collects the routes of the one server that `build` makes, as `METHOD path`. */
export async function withRoutes<T>(build: () => Promise<T>): Promise<{ result: T; routes: string[] }> {
  const routes: string[] = []
  // Published by Fastify as soon as there is an instance, so before it has any route.
  const observe = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.push(`${each} ${url.replace(/\([^)]*\)/g, '')}`)
    })
  }
  subscribe('fastify.initialization', observe)
  try {
    return { result: await build(), routes }
  } finally {
    unsubscribe('fastify.initialization', observe)
  }
}
