import { each, isBearer, show, type TokenCase } from './case.ts'

const authorizations: readonly (readonly string[])[] = [
  [],
  [''],
  ['GNAP'],
  ['GNAP '],
  ['gnap TOKEN'],
  ['GNAP  TOKEN'],
  ['GNAP TOKEN '],
  ['GNAP TOKEN, GNAP TOKEN'],
  ['GNAP TOKENx'],
  ['GNAP "TOKEN"'],
  ['TOKEN'],
  ['Bearer TOKEN'],
  ['Basic TOKEN'],
  ['Signature TOKEN'],
  ['Bearer TOKENx'],
  ['bearer TOKEN'],
  ['Bearer TOKEN', 'Bearer TOKEN'],
  ['Bearer TOKEN', 'GNAP TOKEN'],
  ['DPoP TOKEN'],
  ['GNAP TOKEN', 'GNAP TOKEN'],
  ['Basic x', 'GNAP TOKEN'],
  ['GNAP TOKEN', 'Basic x'],
]

/** How the token is sent, and what beside it. */
export const authorizationCases: readonly TokenCase[] = [
  ...each(
    authorizations,
    lines => `authorization ${show(lines)}`,
    authorization => () => ({ authorization }),
  ),
  {
    name: 'a capability is invoked beside the token',
    change: () => ({ besides: { 'capability-invocation': 'zcap id="urn:zcap:root:x",action="sign"' } }),
  },
  {
    name: 'a signature is sent beside the token',
    on: isBearer,
    change: () => ({ besides: { signature: 'sig1=:AAAA:' } }),
  },
  {
    name: 'what a signature would cover is sent beside the token',
    on: isBearer,
    change: () => ({ besides: { 'signature-input': 'sig1=("@method")' } }),
  },
  { name: 'somebody else is named by Auth-User', change: () => ({ besides: { 'auth-user': 'bob' } }) },
]
