import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { AnyCaller, Authentication, Proof } from './caller.ts'
import { leave, nextMessage } from './child-messages.ts'

/** What a server is to have ready before it is asked for anything. */
export interface Preparation {
  readonly keyType: string
  readonly proof: Proof
  /** What a delegated capability is to allow. */
  readonly actions: readonly string[]
}

/** Where a variant listens, and the paths of what it has made for the run. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly keystore: string
  readonly key: string
  /** As the service exports it, if it is the service and the key has one. */
  readonly publicKey?: string
  /** Who signs the requests, if they are signed. */
  readonly caller?: AnyCaller
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

export interface ServerOptions {
  readonly script: 'floor-server' | 'service-server'
  /** Its own. */
  readonly directory: string
  /** What its standard output goes to: an open file's descriptor. */
  readonly output: number
  readonly authentication: Authentication
  readonly settings?: Readonly<Record<string, string>>
  readonly user?: BenchUser
}

/** Whose processor time can be read: microseconds, user and system, that all its threads have used so far. */
export interface Metered {
  cpu(): Promise<number>
}

/** A server process of its own, as the bench sees it. */
export interface VariantProcess extends Metered {
  prepare(preparation: Preparation): Promise<Address>
  stop(): Promise<void>
}

/** Starts a server script of this folder and resolves when it is ready. @throws Error if the process ends before */
export async function startServer(options: ServerOptions): Promise<VariantProcess> {
  const { script, directory, output, authentication, settings = {}, user = null } = options
  const file = fileURLToPath(new URL(`./${script}.js`, import.meta.url))
  const args = [directory, authentication, JSON.stringify(settings), JSON.stringify(user)]
  const child = fork(file, args, { stdio: ['ignore', output, 'inherit', 'ipc'] })
  await nextMessage(child)
  const ask = async (question: 'cpu' | Preparation) => {
    const answered = nextMessage(child)
    child.send(question)
    return answered
  }
  return {
    cpu: async () => (await ask('cpu')) as number,
    prepare: async preparation => (await ask(preparation)) as Address,
    stop: () => leave(child),
  }
}

/** The other side: prepares what it is asked for, answers what it has used, and closes when the bench is done. */
export function reportTo(
  bench: NodeJS.Process,
  prepare: (preparation: Preparation) => Promise<Address>,
  close: () => Promise<unknown>,
): void {
  bench.on('message', (question: 'cpu' | Preparation) => {
    if (question === 'cpu') {
      const { user, system } = bench.cpuUsage()
      bench.send?.(user + system)
    } else {
      // What fails here ends the process, which the bench hears of.
      void prepare(question).then(address => bench.connected && bench.send?.(address))
    }
  })
  bench.once('disconnect', () => void close())
  bench.send?.('ready')
}
