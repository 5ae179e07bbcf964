import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeMasterKeyFile, systemRandom } from '@keyhold/adapters'
import { compose, loadConfig } from '@keyhold/app'
import { openLog } from '@keyhold/app/logging.js'
import { type DidSigner, didKeySigner, type Kms, openKms, SecretBytes } from '@keyhold/core'

/** What the URLs of keystores begin with: signed requests name them before anything listens. */
export const baseUrl = 'http://localhost'

export type Settings = Readonly<Record<string, string>>

/** A store with many keys, and what the service is started with to use it. */
export interface BigStore {
  /** Where its master key and its controller's seed lie, and its data if it is the embedded one. */
  readonly directory: string
  readonly settings: Settings
}

/** @param database the URL of a MongoDB; the embedded store in the directory without it */
export async function bigStore(directory: string, database?: string): Promise<BigStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const [lock, seed] = [join(directory, 'master.key'), seedFile(directory)]
  if (!(await exists(lock))) await makeMasterKeyFile(lock)
  if (!(await exists(seed))) await writeFile(seed, systemRandom()(32), { mode: 0o600 })
  return {
    directory,
    settings: {
      KMS_HOST: '127.0.0.1:0',
      KMS_BASE_URL: baseUrl,
      KMS_SECRET_LOCK_KEY_PATH: lock,
      KMS_LOG_LEVEL: 'warning',
      KMS_DATABASE_TYPE: database === undefined ? 'embedded' : 'mongodb',
      KMS_DATABASE_URL: database ?? join(directory, 'data'),
    },
  }
}

/** Whoever all keystores belong to. */
export async function controllerOf({ directory }: BigStore): Promise<DidSigner> {
  return didKeySigner(new SecretBytes(Uint8Array.from(await readFile(seedFile(directory)))))
}

/** Opens a store as the service does, with nothing in front of it. */
export async function openBigStore({ settings }: BigStore): Promise<{ kms: Kms; close(): Promise<void> }> {
  const config = loadConfig({ ...settings, KMS_AUTH_TYPE: 'none' })
  const { ports, close } = await compose(config, openLog(config.logLevel, 'json'))
  const kms = await openKms(ports, { cache: config.cache, keystoreUrl: id => `${baseUrl}/v1/keystores/${id}` })
  return {
    kms,
    async close() {
      kms.close()
      await close()
    },
  }
}

function seedFile(directory: string): string {
  return join(directory, 'controller.seed')
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
