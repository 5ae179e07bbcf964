import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Caller } from './caller.ts'
import type { GnapCaller } from './gnap-caller.ts'

/** Where a variant listens, and the paths of what it has made for the run. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly keystore: string
  readonly key: string
  /** As the service exports it, if it is the service and the key has one. */
  readonly publicKey?: string
  /** Who signs the requests, if they are signed. */
  readonly caller?: Caller | GnapCaller
  /** What every request brings along. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A user whose keystore the service has: its lock is shared with her, and its keys live in her vault. */
export interface BenchUser {
  /** Her share, and who she is. */
  readonly headers: Readonly<Record<string, string>>
  /** Where her vault is to be made. */
  readonly vaultServer: string
}

/** A server process of its own, as the bench sees it. */
export interface VariantProcess {
  readonly address: Address
  /** Microseconds of processor time, user and system, that all its threads have used so far. */
  cpu(): Promise<number>
  stop(): Promise<void>
}

/**
 * Starts a server script of this folder and resolves when it listens.
 *
 * @param output what its standard output goes to: an open file's descriptor
 * @throws Error if the process ends before
 */
export async function startVariant(
  script: 'floor-server' | 'service-server',
  args: readonly string[],
  output: number,
): Promise<VariantProcess> {
  const file = fileURLToPath(new URL(`./${script}.js`, import.meta.url))
  const child = fork(file, args, { stdio: ['ignore', output, 'inherit', 'ipc'] })
  const address = (await answer(child)) as Address
  return {
    address,
    async cpu() {
      child.send('cpu')
      return (await answer(child)) as number
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.disconnect()
      await exit
    },
  }
}

async function answer(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController()
  const onExit = () => ended.abort()
  child.once('exit', onExit)
  try {
    const [message] = await once(child, 'message', { signal: ended.signal })
    return message
  } catch (cause) {
    throw new Error(`a server of the bench ended with ${child.exitCode ?? child.signalCode}`, { cause })
  } finally {
    child.off('exit', onExit)
  }
}

/** The other side: reports where the server listens, answers what it has used, and closes it when the bench is done. */
export function reportTo(bench: NodeJS.Process, address: Address, close: () => Promise<unknown>): void {
  bench.on('message', () => {
    const { user, system } = bench.cpuUsage()
    bench.send?.(user + system)
  })
  bench.once('disconnect', () => void close())
  bench.send?.(address)
}
