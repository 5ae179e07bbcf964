export type FixedHeaders = Readonly<Record<string, string>>

/** Seconds for which a browser calls this host by TLS alone (RFC 6797): a year. */
const transportSecurityAge = 31_536_000

/**
 * What is on every answer that does not say something else. Answers are for programs: in a browser they are no page, load
 * nothing, stand in no frame, are no part of another site's page, and their URLs go nowhere.
 *
 * @param secure whether clients speak TLS with this server, or with a proxy in front of it
 */
export function fixedHeaders(secure: boolean): FixedHeaders {
  return {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    ...(secure && { 'strict-transport-security': `max-age=${transportSecurityAge}` }),
  }
}
