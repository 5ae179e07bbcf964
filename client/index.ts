/** Signs requests to a Keyhold server, in both dialects of capabilities, and sends them. */
export { KeyholdClient, KeyholdError, readCapability } from './keyhold-client.ts'
export {
  type CcgInvoked,
  type Headers,
  type InvokedCapability,
  signCcg,
  signTrustbloc,
  type UnsignedRequest,
} from './signed-request.ts'
