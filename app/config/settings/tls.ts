import * as values from '../values.ts'
import { setting } from './setting.ts'

/** How connections are secured. */
export const tlsSettings = {
  tlsServeCert: setting(
    'KMS_TLS_SERVE_CERT',
    'tls-serve-cert',
    values.text,
    undefined,
    'The certificate of this server and those between it and a root, a PEM file. Without it plain HTTP is spoken.',
  ),
  tlsServeKey: setting('KMS_TLS_SERVE_KEY', 'tls-serve-key', values.text, undefined, 'Its private key, a PEM file.'),
  tlsClientCacerts: setting(
    'KMS_TLS_CLIENT_CACERTS',
    'tls-client-cacerts',
    values.text,
    undefined,
    'Certificates of whoever issues those that clients must show, a PEM file. Without it clients need none.',
  ),
  tlsCacerts: setting(
    'KMS_TLS_CACERTS',
    'tls-cacerts',
    values.files,
    undefined,
    'Certificates of whoever issues those of the servers that are called, PEM files separated by commas. With it nobody ' +
      'else is trusted. Default: the issuers that Node.js brings along.',
  ),
  tlsSystemcertpool: setting(
    'KMS_TLS_SYSTEMCERTPOOL',
    'tls-systemcertpool',
    values.boolean,
    'false',
    'Whether the issuers that the operating system trusts are trusted as well.',
  ),
} as const
