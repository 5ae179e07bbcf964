import type { SignatureForm, TokenPlan } from '../plan.ts'
import { each, signature, type TokenCase, token } from './case.ts'

const unsigned = ({ setting }: TokenPlan) => ({ setting: { ...setting, signed: false } })

const forms: readonly SignatureForm[] = [
  'another label',
  'labels that differ',
  'two signatures, the honest one first',
  'two signatures, the honest one last',
  'a parameter twice',
  'a component with a parameter',
  'spaces in the list',
  'no Signature',
  'no Signature-Input',
  'neither',
  'a text that is no signature',
  'as cavage',
]

const parameters = [
  ';nonce="abc"',
  ';tag="gnap"',
  ';tag="other"',
  ';alg="ecdsa-p256-sha256"',
  ';alg="ed25519"',
  ';alg="hmac-sha256"',
  ';alg="none"',
  ';unknown="x"',
  ';nonce=abc',
  ';req',
]

/** How a request is signed. */
export const signatureCases: readonly TokenCase[] = [
  ...each(
    forms,
    form => `signature: ${form}`,
    form => signature({ form }),
  ),
  ...each(
    ['bit flipped', 'zeros', 'empty', 'of another key'] as const,
    flaw => `signature: ${flaw}`,
    flaw => signature({ flaw }),
  ),
  ...each(
    ["another's", 'absent'] as const,
    keyId => `keyid: ${keyId}`,
    keyId => signature({ keyId }),
  ),
  ...each(
    parameters,
    text => `parameters: ${text}`,
    parameters => signature({ parameters }),
  ),
  ...each(
    ['@method', '@target-uri', 'authorization', 'content-digest'],
    name => `${name} is not covered`,
    name => signature(({ covered }) => ({ covered: covered.filter(each => each !== name) })),
  ),
  ...each(
    [['host'], ['@authority'], ['@path'], ['@query'], ['@scheme'], ['@status'], ['x-other'], ['content-type']] as const,
    more => `${more} is covered besides`,
    more => signature(({ covered }) => ({ covered: [...covered, ...more] })),
  ),
  { name: 'a component is covered twice', change: signature(({ covered }) => ({ covered: [...covered, '@method'] })) },
  { name: 'nothing is covered', change: signature({ covered: [] }) },
  ...each(
    ['content-digest', 'signature', 'signature-input', 'authorization'],
    header => `${header} is sent twice`,
    header => () => ({ twice: [header] }),
  ),
  {
    name: 'x-other is covered and sent twice',
    change: honest => ({
      ...signature(({ covered }) => ({ covered: [...covered, 'x-other'] }))(honest),
      besides: { 'x-other': 'a' },
      twice: ['x-other'],
    }),
  },
  {
    name: 'x-other is covered and sent',
    change: honest => ({
      ...signature(({ covered }) => ({ covered: [...covered, 'x-other'] }))(honest),
      besides: { 'x-other': 'a' },
    }),
  },
  { name: 'signatures are not asked for', change: unsigned },
  {
    name: 'signatures are not asked for, and there is none',
    change: honest => ({ ...unsigned(honest), ...signature({ form: 'neither' })(honest) }),
  },
  {
    name: 'signatures are not asked for, and the token is bound to no key',
    change: honest => ({ ...unsigned(honest), ...token({ key: undefined })(honest) }),
  },
]
