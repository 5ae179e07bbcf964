import { type CacheLimits, LendingCache, type OnLookup, SecretBytes, type SecretSharePort } from '@keyhold/core'
import { InFlight } from '../shared/in-flight.ts'
import { readTokenFile } from '../shared/token-file.ts'
import { AuthServerClient, type AuthServerClientOptions } from './auth-server-client.ts'
import { noShare, sharesClosed, sharesUnavailable } from './share-errors.ts'

export interface HttpSecretSharesOptions extends AuthServerClientOptions {
  /** How many shares are kept at most, and for how many milliseconds; 0 keeps none. */
  readonly cache: CacheLimits
  readonly onLookup?: OnLookup
}

const maximumInFlight = 1000
/** Milliseconds for which a share may outlive its time at most, if nobody asks for it. */
const purgeInterval = 5000
/** A share is found by its subject alone. */
const noMaterial = new Uint8Array(0)

/** A `token` that is read from a file for each call. */
export function tokenOfFile(file: string): HttpSecretSharesOptions['token'] {
  return async () => new SecretBytes(await readTokenFile(file))
}

/** Opens the shares that a TrustBloc auth server holds. Nothing is asked of it yet. */
export async function openHttpSecretShares(options: HttpSecretSharesOptions): Promise<SecretSharePort> {
  return new HttpSecretShares(options)
}

/** Shares, each kept for a short while so that a user's requests in a row cost one call. A refusal is never kept. */
class HttpSecretShares implements SecretSharePort {
  readonly #client: AuthServerClient
  readonly #inFlight = new InFlight(maximumInFlight)
  readonly #kept: LendingCache<KeptShare>
  readonly #purging: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: HttpSecretSharesOptions) {
    this.#client = new AuthServerClient(options)
    this.#kept = new LendingCache(options.cache, options.clock, options.onLookup)
    const { ttl } = options.cache
    if (ttl > 0) this.#purging = setInterval(() => this.#kept.purge(), Math.min(ttl, purgeInterval)).unref()
  }

  async fetchShare(subject: string): Promise<SecretBytes> {
    if (this.#closed) throw sharesClosed()
    const open = async () => {
      const share = await this.#inFlight.run(() => this.#client.find(subject), tooMany)
      if (share === undefined) throw noShare()
      return new KeptShare(share)
    }
    return this.#kept.use(subject, noMaterial, open, share => share.copy())
  }

  async check(): Promise<void> {
    if (this.#closed) throw sharesClosed()
    return this.#inFlight.run(() => this.#client.check(), tooMany)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#purging)
    this.#kept.close()
    await this.#client.close()
  }
}

class KeptShare {
  readonly #share: SecretBytes

  constructor(share: SecretBytes) {
    this.#share = share
  }

  copy(): SecretBytes {
    return this.#share.lend(bytes => new SecretBytes(Uint8Array.from(bytes)))
  }

  close(): void {
    this.#share.wipe()
  }
}

function tooMany() {
  return sharesUnavailable('too many calls are under way')
}
