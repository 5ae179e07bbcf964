import { aCase, both, type Case, invocation, invokes, isSigned, signature } from './case.ts'

const securityHeaders = ['signature', 'authorization', 'capability-invocation', 'digest', 'host']
const values = ['same', 'other', 'empty'] as const

/** Headers that are sent twice: which one was meant cannot be known, whoever reads it first. */
export const duplicateCases: readonly Case[] = [
  ...securityHeaders.flatMap(header =>
    values.map(value =>
      aCase(`${header} twice, the second one ${value}`, () => ({ twice: [{ header, value }] }), isSigned),
    ),
  ),
  aCase(
    'content-type twice',
    () => ({ twice: [{ header: 'content-type', value: 'same' }] }),
    honest => honest.signature.covered.includes('content-type'),
  ),
  aCase('a header twice that nobody knows', () => ({ twice: [{ header: 'x-other', value: 'other' }] })),
  aCase(
    'a header twice that nobody knows, and covered',
    honest => ({
      besides: { 'x-other': 'value' },
      twice: [{ header: 'x-other', value: 'same' }],
      signature: { ...honest.signature, covered: [...honest.signature.covered, 'x-other'] },
    }),
    isSigned,
  ),
  aCase(
    'an invocation where none is asked for',
    invocation({ form: 'plain' }),
    both(isSigned, honest => !invokes(honest)),
  ),
  aCase(
    'an invocation where none is asked for, covered',
    honest => ({
      ...invocation({ form: 'plain' })(honest),
      ...signature(({ covered }) => ({ covered: [...covered, 'capability-invocation'] }))(honest),
    }),
    both(isSigned, honest => !invokes(honest)),
  ),
]
