import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { frameErrorBody } from './errors.ts'
import type { FixedHeaders } from './fixed-headers.ts'
import { brokenFrame, type RequestObserver } from './request-record.ts'

/** Answers what Node's HTTP parser refused, in the shape of every other error. */
export function answerBrokenFrames(headers: FixedHeaders, observe: RequestObserver) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const status = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }[error.code ?? ''] ?? 400
    const answer = frameErrorBody(status)
    // In the middle of a body it is the end of a request that is observed by itself. Node's own handler looks there, too.
    const { _httpMessage: underWay } = socket as Socket & { _httpMessage?: unknown }
    if (!underWay) observe(brokenFrame(status, answer.code), undefined)
    const body = JSON.stringify(answer)
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n${lines.join('')}\r\n${body}`,
    )
  }
}
