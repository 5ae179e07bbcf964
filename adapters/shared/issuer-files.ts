import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'

export interface IssuerFiles {
  /** PEM files, each with at least one certificate. */
  readonly files: readonly string[]
  /** Whether the issuers that the operating system trusts are trusted as well. */
  readonly system: boolean
}

/** Why the certificates of issuers cannot be had. */
export class IssuerFileError extends Error {
  override readonly name = 'IssuerFileError'
  readonly code = 'ISSUER_FILE'
}

/** Where systems keep them: Debian and Alpine, Fedora, SUSE, the BSDs and macOS. */
const systemFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** The certificates in some files, each in PEM. @throws IssuerFileError if one cannot be read, or has none */
export async function readIssuers({ files, system }: IssuerFiles): Promise<string[]> {
  const named = await Promise.all(files.map(certificatesIn))
  return [...named.flat(), ...(system ? await systemIssuers() : [])]
}

async function systemIssuers(): Promise<string[]> {
  for (const file of systemFiles) {
    const isThere = await readFile(file).catch((error: NodeJS.ErrnoException) => error.code !== 'ENOENT')
    if (isThere) return certificatesIn(file)
  }
  throw new IssuerFileError('this system has no list of issuers in any of the usual places')
}

async function certificatesIn(file: string): Promise<string[]> {
  const text = await readFile(file, 'latin1').catch((error: NodeJS.ErrnoException) => {
    throw new IssuerFileError(`${file}: cannot be read (${error.code})`)
  })
  const found = text.match(certificate) ?? []
  if (found.length === 0) throw new IssuerFileError(`${file}: no certificate in PEM`)
  if (!found.every(isCertificate)) throw new IssuerFileError(`${file}: a certificate in it cannot be read`)
  return found
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}
