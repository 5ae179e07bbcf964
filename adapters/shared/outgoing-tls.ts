import { createSecureContext } from 'node:tls'

/** How servers that are called prove who they are. */
export interface OutgoingTls {
  /** Certificates of whoever issues theirs, each in PEM. Default: the issuers that Node.js brings along. */
  readonly ca?: readonly string[] | undefined
}

/**
 * TLS 1.2 and later (RFC 9325 section 3.1.1), with verified certificates whatever the environment says. A list is parsed
 * once, and not for each connection.
 */
export function outgoingTls({ ca }: OutgoingTls) {
  const minVersion = 'TLSv1.2' as const
  return {
    minVersion,
    rejectUnauthorized: true,
    ...(ca && { secureContext: createSecureContext({ minVersion, ca: [...ca] }) }),
  }
}
