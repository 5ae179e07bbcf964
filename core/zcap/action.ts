/**
 * What a root capability of this server allows, in the order in which the reference server (TrustBloc KMS,
 * `rest/operation.go`) lists it. `easy`, `easyOpen` and `sealOpen` have no route of their own: they are `wrap` and `unwrap`.
 */
export const capabilityActions = [
  'createKey',
  'exportKey',
  'importKey',
  'rotateKey',
  'sign',
  'verify',
  'computeMAC',
  'verifyMAC',
  'encrypt',
  'decrypt',
  'easy',
  'easyOpen',
  'sealOpen',
  'signMulti',
  'verifyMulti',
  'deriveProof',
  'verifyProof',
  'wrap',
  'unwrap',
  'blind',
  'correctnessProof',
  'signWithSecrets',
  'updateEDVCapability',
] as const

/** What a request to a keystore asks to be allowed to do. Each operation has one. */
export type Action = (typeof capabilityActions)[number]
