/**
 * What a request asks to be allowed to do: the names that capabilities carry (TrustBloc KMS, `rest/operation.go`).
 * Each route has one.
 */
export type Action =
  | 'createKeyStore'
  | 'createKey'
  | 'importKey'
  | 'exportKey'
  | 'rotateKey'
  | 'sign'
  | 'verify'
  | 'encrypt'
  | 'decrypt'
  | 'computeMAC'
  | 'verifyMAC'
