import type { Plan } from '../plan.ts'
import { aCase, type Case, changed, eachOf } from './case.ts'

const isByBearer = ({ setting }: Plan): boolean => setting.admission === 'bearer'
const isOpen = ({ setting }: Plan): boolean => setting.admission === 'open'

const authorizations: readonly (readonly string[])[] = [
  ['bearer TOKEN'],
  ['BEARER TOKEN'],
  ['Bearer  TOKEN'],
  ['Bearer TOKEN '],
  [' Bearer TOKEN'],
  ['Bearer TOKENx'],
  ['Bearer TOKE'],
  ['Bearer token'],
  ['Bearer '],
  ['Bearer'],
  [''],
  ['TOKEN'],
  ['Basic TOKEN'],
  ['Bearer "TOKEN"'],
  ['Bearer TOKEN,another-token'],
  ['Bearer another-token\nTOKEN'],
  ['Bearer TOKEN', 'Bearer TOKEN'],
  ['Bearer wrong', 'Bearer TOKEN'],
  ['Signature keyId="TOKEN"'],
]

/** Creating keystores without a signature. */
export const admissionCases: readonly Case[] = [
  ...eachOf(
    authorizations,
    lines => `authorization: ${JSON.stringify(lines)}`,
    authorization => changed(() => ({ authorization }), isByBearer),
  ),
  aCase(
    'authorization: none',
    honest => {
      const { authorization: _none, ...rest } = honest
      return { ...rest, authorization: [] }
    },
    isByBearer,
  ),
  aCase('authorization: a token where none is asked for', () => ({ authorization: ['Bearer wrong'] }), isOpen),
]
