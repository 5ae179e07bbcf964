/** How a call to another server ended: the class of its status (`2xx`), or why there was no answer. */
export type CallOutcome = `${number}xx` | 'connection' | 'deadline' | 'size' | 'address' | 'failed'

/** A call that somebody observes. */
export interface ObservedCall {
  /** Sent along with it. */
  readonly headers?: Readonly<Record<string, string>>
  /** @param attempts how often it was sent. Default: once */
  end(outcome: CallOutcome, attempts?: number): void
}

/** Learns of each call that is sent, and of its end. It is told neither where it goes nor what is in it. */
export type ObserveCall = (operation: string) => ObservedCall

/** Whoever calls another server can be observed. */
export interface Observable {
  readonly observe?: ObserveCall | undefined
}
