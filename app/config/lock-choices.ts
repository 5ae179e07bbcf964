import { join } from 'node:path'
import type { LockConfig, StoreConfig } from './config.ts'
import { present } from './present.ts'
import type { Settings } from './settings.ts'
import type { AwsKey } from './values.ts'

/** What is set of a lock, whichever it is. */
interface LockSettings {
  readonly type: 'local' | 'aws' | 'vault'
  readonly keyPath: string | undefined
  readonly awsKeyUri: AwsKey | undefined
  readonly awsEndpoint: string | undefined
  readonly vaultUrl: string | undefined
  readonly vaultMount: string
  readonly vaultKey: string | undefined
  readonly vaultTokenFile: string | undefined
  readonly vaultNamespace: string | undefined
  readonly timeout: number
}

/** The server lock. Nobody has to name the file of a master key where the embedded store has a directory for it. */
export function toLock(store: StoreConfig, parsed: Settings): LockConfig {
  const { secretLockType: type, secretLockKeyPath: keyPath } = parsed
  if (type === 'local' && keyPath === undefined) {
    if (store.kind !== 'embedded') return { kind: 'process' }
    return { kind: 'local', file: join(store.directory, 'master.key'), made: true }
  }
  return lockOf({
    type,
    keyPath,
    awsKeyUri: parsed.secretLockAwsKeyUri,
    awsEndpoint: parsed.secretLockAwsEndpoint,
    vaultUrl: parsed.secretLockVaultUrl,
    vaultMount: parsed.secretLockVaultMount,
    vaultKey: parsed.secretLockVaultKey,
    vaultTokenFile: parsed.secretLockVaultTokenFile,
    vaultNamespace: parsed.secretLockVaultNamespace,
    timeout: parsed.secretLockTimeout,
  })
}

/** The lock whose place that one takes. */
export function toPreviousLock(parsed: Settings): { readonly previousLock?: LockConfig } {
  const { previousLockType: type } = parsed
  if (type === undefined) return {}
  const previousLock = lockOf({
    type,
    keyPath: parsed.previousLockKeyPath,
    awsKeyUri: parsed.previousLockAwsKeyUri,
    awsEndpoint: parsed.previousLockAwsEndpoint,
    vaultUrl: parsed.previousLockVaultUrl,
    vaultMount: parsed.previousLockVaultMount,
    vaultKey: parsed.previousLockVaultKey,
    vaultTokenFile: parsed.previousLockVaultTokenFile,
    vaultNamespace: parsed.previousLockVaultNamespace,
    timeout: parsed.secretLockTimeout,
  })
  return { previousLock }
}

function lockOf({ timeout, ...parsed }: LockSettings): LockConfig {
  switch (parsed.type) {
    case 'local':
      return { kind: 'local', file: present(parsed.keyPath), made: false }
    case 'aws': {
      const { arn: keyArn, region } = present(parsed.awsKeyUri)
      const { awsEndpoint: endpoint } = parsed
      return { kind: 'aws-kms', keyArn, region, ...(endpoint !== undefined && { endpoint }), timeout }
    }
    case 'vault': {
      const { vaultNamespace: namespace } = parsed
      return {
        kind: 'openbao-transit',
        url: present(parsed.vaultUrl),
        mount: parsed.vaultMount,
        key: present(parsed.vaultKey),
        tokenFile: present(parsed.vaultTokenFile),
        ...(namespace !== undefined && { namespace }),
        timeout,
      }
    }
  }
}
