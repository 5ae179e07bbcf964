/**
 * What a root capability of this server allows, in the order in which the reference server (TrustBloc KMS,
 * `rest/operation.go`) lists it. The last names of each line have no route of their own, or none yet.
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
