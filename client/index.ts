/** Signs requests to a Keyhold server, in both dialects of capabilities, and sends them. */
export { actionOf } from './action-of.ts'
export { compressCapability, readCapability } from './capability.ts'
export { makeKeyFile, openKeyFile } from './key-file.ts'
export { type Answer, KeyholdClient, KeyholdError } from './keyhold-client.ts'
export {
  type CcgInvoked,
  type Headers,
  type InvokedCapability,
  signCcg,
  signTrustbloc,
  type UnsignedRequest,
} from './signed-request.ts'
