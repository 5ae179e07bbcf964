/** A client of a Keyhold service, for Node.js and browsers alike. */
export { actionOf } from './actions.ts'
export {
  type Authorization,
  type AuthorizedRequest,
  bearer,
  gnap,
  type Token,
  zcap,
} from './authorization.ts'
export type { BatchItem, BatchOutcomes, ContentKey } from './batch.ts'
export type { Reference } from './bytes.ts'
export { type Capability, compressCapability, readCapability } from './capability.ts'
export { type Delegation, delegate } from './delegate.ts'
export { type HttpErrorCode, KeyholdError, type KeyholdErrorCode } from './errors.ts'
export type { Jwk, PrivateJwk } from './jwk.ts'
export { compactSign, type JwsHeader, type JwtClaims, signJwt } from './jws.ts'
export type { BoxParties, Key } from './key.ts'
export type { Decryption, Encrypted, Encryption, MarkedData, Outcome, SignedMessage, Unwrap } from './key-calls.ts'
export type { Unwrapping, WrappedKey, Wrapping } from './key-wrapping.ts'
export { Keyhold, type KeyholdOptions, type NewKeystore } from './keyhold.ts'
export type {
  KeyMaterial,
  Keystore,
  KeystoreUpdate,
  Revocation,
  SessionDescription,
} from './keystore.ts'
export type { JwksReaders, KeystoreDescription } from './keystore-description.ts'
export type { DerivedProof, Disclosure, Statement } from './multi-message.ts'
export type { ExportedKey, PublicForms } from './public-forms.ts'
export { Session } from './session.ts'
export type { SessionOptions } from './session-opening.ts'
export {
  type CcgInvoked,
  type InvokedCapability,
  type RequestHeaders,
  type SessionSigner,
  signCcg,
  signOverSession,
  signTrustbloc,
  type UnsignedRequest,
} from './signed-request.ts'
export {
  didKey,
  didKeyFromSeed,
  newDidKey,
  type Signer,
  type WebCryptoKey,
  type WebCryptoKeyPair,
  webCryptoSigner,
} from './signer.ts'
export { type SigningAlgorithm, type SigningKey, signingKey } from './signing-key.ts'
export type { Call, CallOptions, TransportOptions, UserShare } from './transport.ts'
