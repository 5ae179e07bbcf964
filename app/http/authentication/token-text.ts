import { type RequestHead, unauthenticated } from '@keyhold/core'
import { onlyValue } from './signed-head.ts'

/** Of a token as it is sent (`token68`, RFC 9110 section 11.2). */
const form = /^([A-Za-z]+) ([A-Za-z0-9._~+/-]{1,8192}={0,2})$/

/**
 * The token in `Authorization`, under a scheme. @throws KmsError UNAUTHENTICATED if it is not there once, and alone: the
 * other credentials are headers as well
 */
export function tokenOf(head: RequestHead, scheme: string, others: readonly string[]): string {
  const [, sent = '', token] = form.exec(onlyValue(head, 'authorization') ?? '') ?? []
  if (sent.toLowerCase() !== scheme || token === undefined)
    throw unauthenticated('there is no token of a form that is known')
  const other = others.find(name => head.headers[name] !== undefined)
  if (other !== undefined) throw unauthenticated(`${other} was sent beside the token`)
  return token
}
