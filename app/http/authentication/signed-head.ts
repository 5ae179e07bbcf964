import { type RequestHead, unauthenticated } from '@keyhold/core'
import type { FastifyRequest } from 'fastify'

/** The parts of a request that a signature can cover, as they arrived: no header is joined with another of its name. */
export function headOf({ raw }: FastifyRequest): RequestHead {
  const headers: Record<string, string[]> = Object.create(null)
  const { rawHeaders } = raw
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name, text] = [rawHeaders[at] as string, rawHeaders[at + 1] as string]
    const lower = name.toLowerCase()
    const values = headers[lower]
    if (values === undefined) headers[lower] = [text]
    else values.push(text)
  }
  return { method: raw.method ?? '', target: raw.url ?? '', headers }
}

/** The one value of a header; undefined if it was not sent. @throws KmsError UNAUTHENTICATED if it was sent twice */
export function onlyValue({ headers }: RequestHead, name: string): string | undefined {
  const values = headers[name] ?? []
  if (values.length > 1) throw unauthenticated(`${name} was sent more than once`)
  return values[0]
}

/** Whether a body follows (RFC 9112 section 6.3). */
export function hasBody({ headers }: RequestHead): boolean {
  const length = headers['content-length']?.[0]
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/** None of them may be sent twice, whatever is read: somebody on the way may have read the other one. */
export const securityHeaders = ['signature', 'authorization', 'capability-invocation', 'digest', 'host'] as const

/** Seconds for which a signature over everything that matters is good. */
export const strictAge = 300

/** What follows the scheme `Signature` in `Authorization`; undefined if that is not there. */
export function signatureOf(head: RequestHead): string | undefined {
  const [, text] = /^Signature (.*)$/i.exec(onlyValue(head, 'authorization') ?? '') ?? []
  return text
}

export function ifSent(head: RequestHead, name: string): string[] {
  return head.headers[name] === undefined ? [] : [name]
}

export function ifBody(head: RequestHead, name: string): string[] {
  return hasBody(head) ? [name] : []
}
