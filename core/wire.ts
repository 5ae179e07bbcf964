/**
 * What both sides of the wire know: the codes of errors, what is signed of a request, and capabilities. Clients build on
 * it in browsers as well, so that nothing of Node.js may be reached from here.
 */
export { DerReader, derTag, readOnly } from './algorithms/der.ts'
export type { KeyTypeName } from './algorithms/index.ts'
export type { PublicFormName } from './algorithms/public-forms.ts'
export { ed25519DidUrl, p256DidUrl } from './dids/did-key-url.ts'
export { encodeMultibase } from './encoding/multibase.ts'
export { type ErrorCode, errorCodes } from './errors.ts'
export { algorithmOfAries } from './http-signatures/algorithm-of-aries.ts'
export { type RequestHead, type SignatureParameters, signingString } from './http-signatures/signing-string.ts'
export type { PublicJwk, Random } from './ports/index.ts'
export { type SessionKeyFacts, sessionKeyInfo, sessionKeyLength } from './sessions/session-key-info.ts'
export type { Action } from './zcap/action.ts'
export { ccgRootId } from './zcap/chain.ts'
export type { DidSigner } from './zcap/did-signer.ts'
export { isIri, readTrustblocCapability, type TrustblocCapability } from './zcap/trustbloc/capability.ts'
export { type DelegationOptions, delegateTrustbloc } from './zcap/trustbloc/delegate.ts'
