import { kmsEnvironment } from '@keyhold/scripts/servers/start.js'

/** Lets the SDK of this process find the credentials of the emulator, and nothing of the machine that it runs on. */
export function useTestCredentials(): void {
  for (const name of Object.keys(process.env).filter(name => name.startsWith('AWS_'))) delete process.env[name]
  Object.assign(process.env, kmsEnvironment, { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' })
}
