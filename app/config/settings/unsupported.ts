/**
 * Settings of TrustBloc KMS that this version cannot honour. They are refused rather than ignored: whoever asks for
 * another list of keys must not get this one.
 */
export const unsupportedSettings: Readonly<Record<string, string>> = {
  KMS_SECRET_LOCK_AWS_ACCESS_KEY: 'secret-lock-aws-access-key',
  KMS_SECRET_LOCK_AWS_SECRET_KEY: 'secret-lock-aws-secret-key',
  KMS_DID_DOMAIN: 'did-domain',
  KMS_AUTH_DISABLE: 'disable-auth',
  KMS_KEY_STORE_CACHE_TTL: 'key-store-cache-ttl',
}
