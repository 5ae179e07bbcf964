import { type ErrorCode, KmsError, type Ports } from '@keyhold/core'

export interface Break {
  /** Which call it breaks at, counted from 1. */
  readonly at: number
  /** Whether what that call asks for is done all the same. */
  readonly isDone: boolean
  /** Whether all calls after it break as well, as they do for a process that was killed. */
  readonly stays: boolean
}

/** Breaks one of the calls of some ports: whoever made it hears nothing of what came of it. */
export class Fuse {
  /** The calls since it was set, by port and name. */
  calls: string[] = []
  #break: Break | undefined

  /** Sets it, or takes it out. */
  set(broken?: Break): void {
    this.calls = []
    this.#break = broken
  }

  async pass<T>(name: string, code: ErrorCode, call: () => Promise<T>): Promise<T> {
    this.calls.push(name)
    const { at, isDone, stays } = this.#break ?? { at: 0, isDone: true, stays: false }
    const count = this.calls.length
    if (at === 0 || count < at || (count > at && !stays)) return call()
    if (count === at && isDone) await call().catch(() => undefined)
    throw new KmsError(code, 'nothing was heard')
  }
}

/** Ports of which every call passes a fuse, those of opened vaults included. */
export function fusedPorts({ store, lock, shares, vaults, ...rest }: Ports, fuse: Fuse): Ports {
  return {
    ...rest,
    store: fused('store', store, fuse, 'STORE_UNAVAILABLE'),
    lock: fused('lock', lock, fuse, 'LOCK_UNAVAILABLE'),
    ...(shares && { shares: fused('shares', shares, fuse, 'SHARE_UNAVAILABLE') }),
    ...(vaults && {
      vaults: {
        open: async binding => fused('vault', await vaults.open(binding), fuse, 'VAULT_UNAVAILABLE'),
        close: () => vaults.close(),
      },
    }),
  }
}

function fused<T extends object>(port: string, target: T, fuse: Fuse, code: ErrorCode): T {
  return new Proxy(target, {
    get(_target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      const call = (...args: unknown[]) => Reflect.apply(member, target, args)
      return name === 'close'
        ? call
        : (...args: unknown[]) => fuse.pass(`${port}.${String(name)}`, code, () => call(...args))
    },
  })
}
