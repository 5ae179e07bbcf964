import { statfs } from 'node:fs/promises'
import type { Clock } from '@keyhold/core'
import type { FastifyBaseLogger } from 'fastify'
import type { Finding } from './http/health/probe.ts'

export interface HeadroomOptions {
  /** A directory on the disk that is watched. */
  readonly directory: string
  /** Bytes that must be free. */
  readonly least: number
  readonly clock: Clock
  readonly log: Pick<FastifyBaseLogger, 'error' | 'info'>
  /** Bytes that are free there. Default: the file system is asked. */
  readonly freeBytes?: (directory: string) => Promise<number>
}

/** Milliseconds between two looks, and between two lines that say the same. */
const interval = 10_000
const repetition = 600_000

/** Watches that there is room for the audit log on a disk, so that somebody can act before it is full. */
export class Headroom {
  readonly #options: HeadroomOptions
  readonly #timer: NodeJS.Timeout
  #finding: Finding<'ok' | 'low'> | undefined
  #told = Number.NEGATIVE_INFINITY
  /** Bytes that were free when it was looked last. */
  free: number | undefined

  constructor(options: HeadroomOptions) {
    this.#options = options
    this.#timer = setInterval(() => void this.look(), interval).unref()
  }

  /** What was found, by its name in `/health/ready`. */
  readonly findings = (): Readonly<Record<string, Finding<'ok' | 'low'>>> => {
    return this.#finding === undefined ? {} : { disk: this.#finding }
  }

  async look(): Promise<void> {
    const { directory, least, clock, log, freeBytes = freeBytesOf } = this.#options
    const free = await freeBytes(directory).catch(err => {
      log.error({ err }, 'how much of the disk is free cannot be found out')
      return undefined
    })
    if (free === undefined) return
    const now = clock.elapsed()
    const isLow = free < least
    const wasLow = this.#finding?.state === 'low'
    if (isLow && (!wasLow || now - this.#told >= repetition)) {
      this.#told = now
      log.error({ free, least }, 'the disk is nearly full: when it is, nothing can be written down any more')
    }
    if (!isLow && wasLow) log.info({ free, least }, 'there is room on the disk again')
    this.free = free
    this.#finding = { state: isLow ? 'low' : 'ok', at: now }
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

async function freeBytesOf(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize
}
