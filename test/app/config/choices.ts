import { ConfigError, loadConfig } from '@keyhold/app'

export type Variables = Readonly<Record<string, string>>

/** What is wrong with the settings, a line each. */
export function problemsOf(environment: Variables, flags: Variables = {}): readonly string[] {
  try {
    loadConfig(environment, flags)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

export const arn = 'arn:aws:kms:eu-west-2:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab'

/** Choices, each whole, for the settings that mean something to one of them alone. */
export const choices = {
  mongodb: { KMS_DATABASE_TYPE: 'mongodb', KMS_DATABASE_URL: 'mongodb://db', KMS_SECRET_LOCK_KEY_PATH: '/keys/own' },
  tls: { KMS_TLS_SERVE_CERT: '/cert.pem', KMS_TLS_SERVE_KEY: '/key.pem' },
  aws: { KMS_SECRET_LOCK_TYPE: 'aws', KMS_SECRET_LOCK_AWS_KEY_URI: `aws-kms://${arn}` },
  vault: {
    KMS_SECRET_LOCK_TYPE: 'vault',
    KMS_SECRET_LOCK_VAULT_URL: 'https://bao.example',
    KMS_SECRET_LOCK_VAULT_KEY: 'keyhold',
    KMS_SECRET_LOCK_VAULT_TOKEN_FILE: '/token',
  },
  previousLocal: { KMS_SECRET_LOCK_PREVIOUS_TYPE: 'local', KMS_SECRET_LOCK_PREVIOUS_KEY_PATH: '/keys/before' },
  previousAws: { KMS_SECRET_LOCK_PREVIOUS_TYPE: 'aws', KMS_SECRET_LOCK_PREVIOUS_AWS_KEY_URI: `aws-kms://${arn}` },
  previousVault: {
    KMS_SECRET_LOCK_PREVIOUS_TYPE: 'vault',
    KMS_SECRET_LOCK_PREVIOUS_VAULT_URL: 'https://bao.example',
    KMS_SECRET_LOCK_PREVIOUS_VAULT_KEY: 'keyhold',
    KMS_SECRET_LOCK_PREVIOUS_VAULT_TOKEN_FILE: '/token',
  },
  shares: { KMS_AUTH_SERVER_URL: 'https://auth.example', KMS_AUTH_SERVER_TOKEN_FILE: '/token' },
  gnap: { KMS_AUTH_TYPE: 'gnap', KMS_AUTH_SERVER_URL: 'https://auth.example', KMS_GNAP_SIGNING_KEY: '/key.pem' },
  jwt: {
    KMS_AUTH_TYPE: 'bearer',
    KMS_BEARER_ISSUER: 'https://issuer.example',
    KMS_BEARER_JWKS_URL: 'https://issuer.example/jwks',
    KMS_TOKEN_AUDIENCE: 'kms',
  },
  bearer: { KMS_KEYSTORE_ADMISSION: 'bearer', KMS_KEYSTORE_ADMISSION_TOKEN_FILE: '/token' },
} satisfies Readonly<Record<string, Variables>>

/** The other way to find out what bearer tokens are worth. */
export const introspected = {
  KMS_AUTH_TYPE: 'bearer',
  KMS_BEARER_ISSUER: 'https://issuer.example',
  KMS_BEARER_INTROSPECTION_URL: 'https://issuer.example/introspect',
  KMS_BEARER_CLIENT_ID: 'keyhold',
  KMS_BEARER_CLIENT_SECRET_FILE: '/secret',
  KMS_TOKEN_AUDIENCE: 'kms',
} as const
