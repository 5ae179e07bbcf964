import * as values from '../values.ts'
import { setting } from './setting.ts'

/** The server lock before, as long as it is needed: until `keyhold lock rotate` has ended. */
export const previousLockSettings = {
  previousLockType: setting(
    'KMS_SECRET_LOCK_PREVIOUS_TYPE',
    'secret-lock-previous-type',
    values.oneOf('local', 'aws', 'vault'),
    undefined,
    'The server lock whose place this one takes, until `keyhold lock rotate` has ended: local, aws or vault.',
  ),
  previousLockKeyPath: setting(
    'KMS_SECRET_LOCK_PREVIOUS_KEY_PATH',
    'secret-lock-previous-key-path',
    values.text,
    undefined,
    'Its master key file.',
  ),
  previousLockAwsKeyUri: setting(
    'KMS_SECRET_LOCK_PREVIOUS_AWS_KEY_URI',
    'secret-lock-previous-aws-key-uri',
    values.awsKeyUri,
    undefined,
    'Its key in AWS KMS.',
  ),
  previousLockAwsEndpoint: setting(
    'KMS_SECRET_LOCK_PREVIOUS_AWS_ENDPOINT',
    'secret-lock-previous-aws-endpoint',
    values.endpoint,
    undefined,
    'Another URL of AWS KMS for it.',
  ),
  previousLockVaultUrl: setting(
    'KMS_SECRET_LOCK_PREVIOUS_VAULT_URL',
    'secret-lock-previous-vault-url',
    values.endpoint,
    undefined,
    'The URL of its OpenBao or Vault.',
  ),
  previousLockVaultMount: setting(
    'KMS_SECRET_LOCK_PREVIOUS_VAULT_MOUNT',
    'secret-lock-previous-vault-mount',
    values.name,
    'transit',
    'Where its transit engine is mounted.',
  ),
  previousLockVaultKey: setting(
    'KMS_SECRET_LOCK_PREVIOUS_VAULT_KEY',
    'secret-lock-previous-vault-key',
    values.name,
    undefined,
    'The name of its key there.',
  ),
  previousLockVaultTokenFile: setting(
    'KMS_SECRET_LOCK_PREVIOUS_VAULT_TOKEN_FILE',
    'secret-lock-previous-vault-token-file',
    values.text,
    undefined,
    'A file that holds a token for it.',
  ),
  previousLockVaultNamespace: setting(
    'KMS_SECRET_LOCK_PREVIOUS_VAULT_NAMESPACE',
    'secret-lock-previous-vault-namespace',
    values.text,
    undefined,
    'Its namespace, if it is in one.',
  ),
} as const
