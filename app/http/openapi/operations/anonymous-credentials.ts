import { errorReply, type Operation } from '../operation.ts'
import { withMultiKey } from './sample.ts'

const refusal = {
  params: withMultiKey,
  status: 501,
  reply: errorReply(
    'NOT_IMPLEMENTED',
    'there is no maintained implementation of CL signatures for this server: use BBS, by signmulti and deriveproof',
  ),
}
const refused = (route: Operation['route'], summary: string, body?: object): Operation => ({
  route,
  caller: 'invoker',
  tag: 'Anonymous credentials',
  summary,
  examples: { refused: { ...refusal, ...(body && { body }) } },
})

export const anonymousCredentialOperations: Readonly<Record<string, Operation>> = {
  blind: refused('POST /v1/keystores/:keystoreId/keys/:keyId/blind', 'Blind the values of a credential', {
    values: [{ name: 'Alice' }],
  }),
  correctnessProof: refused(
    'GET /v1/keystores/:keystoreId/keys/:keyId/correctnessproof',
    'Prove that a credential definition is correct',
  ),
  signWithSecrets: refused(
    'POST /v1/keystores/:keystoreId/keys/:keyId/signwithsecrets',
    'Sign a credential with blinded secrets',
    { values: { age: 18 } },
  ),
}
