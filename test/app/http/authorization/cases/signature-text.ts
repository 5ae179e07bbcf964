import { algorithmOfAries } from '../signature-text.ts'
import type { SignatureFlaw, SignatureForm } from '../text-forms.ts'
import { aCase, both, type Case, changed, eachOf, isCcg, isSigned, isTrustbloc, signature } from './case.ts'

const forms: readonly SignatureForm[] = [
  'absent',
  'empty',
  'header of the other dialect',
  'keyId last',
  'two keyIds, the right one first',
  'two keyIds, the right one last',
  'keyId twice',
  'created twice',
  'headers twice',
  'signature twice',
  'no keyId',
  'no headers',
  'no signature',
  'unknown parameter',
  'upper-case parameter',
  'space after a comma',
  'space around =',
  'tab after a comma',
  'semicolons',
  'trailing comma',
  'leading comma',
  'times quoted the other way',
  'keyId unquoted',
  'escaped quote',
  'created negative',
  'created fractional',
  'created hexadecimal',
  'created in milliseconds',
  'covered twice',
  'covered in upper case',
  'covered with two spaces',
  'covered nothing',
  'covered unknown pseudo-header',
]

const flaws: readonly SignatureFlaw[] = [
  'bit flipped',
  'truncated',
  'longer',
  'empty',
  'zeros',
  'base64url',
  'unpadded',
]

/** How a signature is written. */
export const signatureTextCases: readonly Case[] = [
  ...eachOf(
    forms,
    form => `signature header: ${form}`,
    form => changed(signature({ form }), isSigned),
  ),
  ...eachOf(
    ['lower-case scheme', 'other scheme', 'expires twice'] as const,
    form => `signature header: ${form}`,
    form => changed(signature({ form }), both(isSigned, isCcg)),
  ),
  ...eachOf(
    flaws,
    flaw => `signature: ${flaw}`,
    flaw => changed(signature({ flaw }), isSigned),
  ),
  aCase('signature header: no algorithm', signature({ algorithm: undefined }), both(isSigned, isTrustbloc)),
  ...eachOf(
    [algorithmOfAries, 'hs2019', 'ed25519', 'rsa-sha256', 'hmac-sha256', 'none'],
    algorithm => `signature header: algorithm "${algorithm}"`,
    algorithm => changed(signature({ algorithm }), isSigned),
  ),
]
