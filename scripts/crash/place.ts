import type { Stored } from './stored.ts'

/** What a round kills: some instances of the service, by their numbers, or the database. */
export interface Victim {
  readonly name: string
  readonly instances: readonly number[]
  readonly database: boolean
}

/** Where the records of a trial live, and who works on them. Whoever opened it closes it. */
export interface Place {
  /** The settings of each instance of the service. */
  readonly environments: readonly Readonly<Record<string, string>>[]
  /** A round kills one of them, of which there must be one. */
  readonly victims: readonly Victim[]
  /** The process that keeps the records, if that is not the service itself. */
  readonly database?: Database
  /** Milliseconds for which a running instance may not see what another one has changed. */
  readonly staleness: number
  /** More changes than the first start makes to an empty place. */
  readonly changesOfFirstStart: number
  /** Resolves when it was changed so many times, or at the signal. */
  changed(times: number, signal: AbortSignal): Promise<void>
  /**
   * Lists what is there, beside the service that has it open. No request of the service lists anything, and so this is
   * the only way to find out whether a request without an answer was carried out when it was to choose the id.
   */
  read(): Promise<Stored>
  close(): Promise<void>
}

export interface Database {
  /** Resolves when it is gone. */
  kill(): Promise<void>
  /** Starts it again where it was, over what it had written. */
  restart(): Promise<void>
}
