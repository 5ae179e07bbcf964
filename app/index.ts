/** What it takes to run the service in a process of one's own. */
export { type Composition, compose } from './compose.ts'
export type { Config } from './config/config.ts'
export { ConfigError, loadConfig } from './config/load-config.ts'
export type { Authenticator, Authenticators } from './http/authentication/authenticator.ts'
export { buildServer } from './http/server.ts'
export type { ServerOptions } from './http/server-options.ts'
