/** An answer of the service: its status, and its body if that is JSON. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: whoever asked knows the shape of the answer
  readonly body: any
}

/** Milliseconds, far more than any answer takes: who waits for one that never comes shall not wait for ever. */
const deadline = 120_000

/** Header values by their names. */
export type RequestHeaders = Readonly<Record<string, string>>

/** Sends one request with a JSON body, or none, and answers whatever comes back. */
export async function request(
  method: string,
  url: string,
  body?: unknown,
  headers: RequestHeaders = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers,
    signal: AbortSignal.timeout(deadline),
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

/** The same, for an answer that must be 200. @throws Error with the error's body */
export async function call(
  method: string,
  url: string,
  body?: unknown,
  headers?: RequestHeaders,
): Promise<Answer['body']> {
  const answer = await request(method, url, body, headers)
  if (answer.status === 200) return answer.body
  throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`)
}

export const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64')
