import * as values from '../values.ts'
import { setting } from './setting.ts'

/** The server lock, and how long what it opened is kept. */
export const lockSettings = {
  secretLockType: setting(
    'KMS_SECRET_LOCK_TYPE',
    'secret-lock-type',
    values.oneOf('local', 'aws', 'vault'),
    'local',
    'The server lock: local (a master key file), aws (a key in AWS KMS) or vault (a key of the transit engine of ' +
      'OpenBao or Vault).',
  ),
  secretLockKeyPath: setting(
    'KMS_SECRET_LOCK_KEY_PATH',
    'secret-lock-key-path',
    values.text,
    undefined,
    'The master key file: 32 bytes, raw or as hex or base64 text, mode 0600. Default: master.key in the directory of ' +
      'the embedded store, made only if that directory is new. With the memory store: a key that ends with the process.',
  ),
  secretLockAwsKeyUri: setting(
    'KMS_SECRET_LOCK_AWS_KEY_URI',
    'secret-lock-aws-key-uri',
    values.awsKeyUri,
    undefined,
    'The key in AWS KMS: aws-kms:// and the ARN of a key or an alias. Credentials are found as by all AWS tools.',
  ),
  secretLockAwsEndpoint: setting(
    'KMS_SECRET_LOCK_AWS_ENDPOINT',
    'secret-lock-aws-endpoint',
    values.endpoint,
    undefined,
    'Another URL of AWS KMS: a VPC endpoint, or a server for tests.',
  ),
  secretLockVaultUrl: setting(
    'KMS_SECRET_LOCK_VAULT_URL',
    'secret-lock-vault-url',
    values.endpoint,
    undefined,
    'The URL of OpenBao or Vault, without /v1.',
  ),
  secretLockVaultMount: setting(
    'KMS_SECRET_LOCK_VAULT_MOUNT',
    'secret-lock-vault-mount',
    values.name,
    'transit',
    'Where its transit engine is mounted.',
  ),
  secretLockVaultKey: setting(
    'KMS_SECRET_LOCK_VAULT_KEY',
    'secret-lock-vault-key',
    values.name,
    undefined,
    'The name of the key there: of a type that authenticates associated data, such as aes256-gcm96.',
  ),
  secretLockVaultTokenFile: setting(
    'KMS_SECRET_LOCK_VAULT_TOKEN_FILE',
    'secret-lock-vault-token-file',
    values.text,
    undefined,
    'A file that holds a token with the policy to encrypt and decrypt. Read for each call, so it can be renewed any time.',
  ),
  secretLockVaultNamespace: setting(
    'KMS_SECRET_LOCK_VAULT_NAMESPACE',
    'secret-lock-vault-namespace',
    values.text,
    undefined,
    'The namespace of the transit engine, if it is in one.',
  ),
  secretLockTimeout: setting(
    'KMS_SECRET_LOCK_TIMEOUT',
    'secret-lock-timeout',
    values.timeout,
    '5s',
    'How long a call to AWS, OpenBao or Vault may take, repetitions included.',
  ),
  cacheEnable: setting(
    'KMS_CACHE_ENABLE',
    'enable-cache',
    values.boolean,
    'true',
    'Whether opened keys and locks, and records, may be kept in memory at all.',
  ),
  kmsCacheTtl: setting(
    'KMS_KMS_CACHE_TTL',
    'kms-cache-ttl',
    values.duration,
    '10m',
    'How long an opened key, or lock of a keystore, is kept in memory at most. 0: it is closed after each use.',
  ),
  kmsCacheSize: setting(
    'KMS_KMS_CACHE_SIZE',
    'kms-cache-size',
    values.integer(0, 1_000_000),
    '1000',
    'How many opened keys, and how many locks of keystores, are kept in memory at most.',
  ),
} as const
