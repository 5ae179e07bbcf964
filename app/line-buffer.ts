import type { DestinationStream } from 'pino'

/**
 * Lines that are written in one turn of the event loop go out together: to hand each of them to the system costs as much
 * as to make it.
 */
export class LineBuffer implements DestinationStream {
  readonly #output: DestinationStream
  readonly #most: number
  #waiting = ''

  /** @param most characters that go out together, unless one line has more. Default: any number */
  constructor(output: DestinationStream, most = Number.POSITIVE_INFINITY) {
    this.#output = output
    this.#most = most
  }

  write(line: string): void {
    if (this.#waiting.length + line.length > this.#most) this.flush()
    if (this.#waiting === '') setImmediate(() => this.flush())
    this.#waiting += line
  }

  /** Called by the log's own `flush`, before the process ends. */
  flush(): void {
    const lines = this.#waiting
    this.#waiting = ''
    if (lines !== '') this.#output.write(lines)
  }
}
