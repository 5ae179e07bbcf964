import { unwatchFile, watchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Server as HttpServer } from 'node:http'
import { createSecureContext, type Server, type TlsOptions } from 'node:tls'
import type { FastifyBaseLogger, FastifyHttpOptions } from 'fastify'

/** PEM files that TLS is spoken with. */
export interface TlsFiles {
  /** The certificate, and those between it and a root. */
  readonly cert: string
  /** Its private key. */
  readonly key: string
  /** Whoever issues the certificates that clients must have; they need none without it. */
  readonly clientCa?: string
}

/** Why TLS cannot be spoken with some files, without a word of their content. */
export class TlsFileError extends Error {
  override readonly name = 'TlsFileError'
  readonly code = 'TLS_FILE'
}

/** Milliseconds between two looks at the files. */
const interval = 10_000

/** TLS 1.2 and 1.3, as RFC 9325 section 3.1.1 wants it. @throws TlsFileError */
export async function readTls({ cert, key, clientCa }: TlsFiles): Promise<TlsOptions> {
  const [certificate, privateKey, ca] = await Promise.all([cert, key, clientCa].map(file => file && readPem(file)))
  const options: TlsOptions = {
    minVersion: 'TLSv1.2',
    cert: certificate,
    key: privateKey,
    ...(ca && { ca, requestCert: true, rejectUnauthorized: true }),
  }
  try {
    createSecureContext(options)
  } catch {
    // What OpenSSL says may hold a part of the text.
    throw new TlsFileError(`${cert}, ${key}: no certificate and its private key in PEM`)
  }
  return options
}

async function readPem(file: string): Promise<Buffer> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new TlsFileError(`${file}: cannot be read (${error.code})`)
  })
}

/**
 * Makes new connections with what the files hold, whenever that is asked for or one of them has changed. Files that do not
 * belong together change nothing: whoever replaces them does so one after the other.
 */
export function followTls(server: Server, files: TlsFiles, log: FastifyBaseLogger) {
  const reload = async () => {
    try {
      server.setSecureContext(await readTls(files))
      log.info('new connections are made with the TLS files as they are now')
    } catch (err) {
      log.error({ err }, 'new connections are made with the TLS files as they were before')
    }
  }
  const listener = () => void reload()
  const paths: readonly string[] = Object.values(files)
  for (const path of paths) watchFile(path, { interval, persistent: false }, listener)
  return {
    reload,
    stop() {
      for (const path of paths) unwatchFile(path, listener)
    },
  }
}

/** Fastify has a type of its own for either kind of server; nothing here knows a difference. */
export function withTls(
  tls: TlsOptions | undefined,
  http: FastifyHttpOptions<HttpServer>['http'] & { requestTimeout: number },
) {
  if (tls === undefined) return { http }
  return { https: { ...http, ...tls, handshakeTimeout: http.requestTimeout } } as unknown as { http: typeof http }
}
