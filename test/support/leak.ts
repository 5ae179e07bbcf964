import { IncomingMessage } from 'node:http'

/** Loaded into the service: keeps what arrives, as strings and as bytes, and writes it down. */
const kept: unknown[] = []

const { push } = IncomingMessage.prototype
IncomingMessage.prototype.push = function (chunk: Buffer | null, encoding?: BufferEncoding) {
  if (chunk !== null) {
    const { authorization = '' } = this.headers
    kept.push(authorization, Buffer.from(authorization), chunk.toString(), Uint8Array.from(chunk))
    process.stderr.write(chunk)
  }
  return push.call(this, chunk, encoding)
}

Object.assign(globalThis, { kept })
