import { parseReply, type RawConnection, rawConnection } from './raw-http.ts'
import { until } from './until.ts'

/** What became of the requests of one client. */
export interface Sent {
  readonly id: string
  /** The status of its answer; undefined if the connection ended without one. */
  readonly status: number | undefined
  /** Of the answer's body, which is whole. */
  readonly text: string
}

/** Sends one request after the other over a connection that is kept open, until an answer says that it ends. */
export async function sendSteadily(port: number, name: string, request: (id: string) => string): Promise<Sent[]> {
  const connection = await rawConnection(port)
  const sent: Sent[] = []
  let read = 0
  for (;;) {
    const id = `${name}-${String(sent.length).padStart(6, '0')}`
    connection.socket.write(request(id))
    const answer = await nextAnswer(connection, read)
    sent.push({ id, status: answer?.status, text: answer?.text ?? '' })
    if (answer === undefined || answer.closes) break
    read += answer.length
  }
  connection.socket.destroy()
  return sent
}

/** Undefined if the connection ends before it is whole. */
async function nextAnswer(connection: RawConnection, from: number) {
  let isClosed = false
  void connection.closed.then(() => {
    isClosed = true
  })
  let answer = answerIn(connection.received().slice(from))
  await until(() => {
    answer = answerIn(connection.received().slice(from))
    return answer !== undefined || isClosed
  })
  return answer
}

function answerIn(received: string) {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const { status, headers, text } = parseReply(received)
  const bodyLength = Number(headers['content-length'])
  if (text.length < bodyLength) return undefined
  const closes = headers['connection'] === 'close'
  return { status, text: text.slice(0, bodyLength), closes, length: headEnd + 4 + bodyLength }
}
