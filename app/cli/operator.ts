import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load-config.ts'
import type { Notes } from '../open-store.ts'
import type { Surroundings } from './command.ts'
import { givenFlags } from './setting-options.ts'

/** The configuration that a service would start with. @throws ConfigError */
export function configOf(values: Readonly<Record<string, unknown>>, { environment }: Surroundings): Config {
  return loadConfig(environment, givenFlags(values))
}

/** What is waited for is told in a line. */
export function notesOf({ notes }: Surroundings): Notes {
  return { warn: (_about, message) => void notes.write(`${message}\n`) }
}
