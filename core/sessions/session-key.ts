import { hkdfSha256 } from '../algorithms/hkdf.ts'
import { hmacSha256, sameBytes } from '../algorithms/hmac.ts'
import { x25519 } from '../algorithms/x25519.ts'
import { encodeBase64Url } from '../encoding/base64.ts'
import type { Random } from '../ports/index.ts'
import { SecretBytes } from '../secrets/secret-bytes.ts'
import { type SessionKeyFacts, sessionKeyInfo, sessionKeyLength } from './session-key-info.ts'

/** The key of a new session, and the ephemeral key by which whoever opens it finds the same. */
export interface AgreedKey {
  readonly secret: SecretBytes
  /** X25519, 32 bytes. */
  readonly serverKey: Uint8Array
}

/**
 * Agrees on the key of a session with an ephemeral key of whoever opens it. Ours is gone when this is over, so that nobody
 * who has seen the opening can find the key later.
 *
 * @throws KmsError INVALID_REQUEST for a point of low order
 */
export async function agreeSessionKey(
  random: Random,
  openerKey: Uint8Array,
  facts: Pick<SessionKeyFacts, 'url' | 'capabilityHash'>,
): Promise<AgreedKey> {
  const { secret: own, publicKey: serverKey } = x25519.generate(random)
  const shared = await own.spend(scalar => x25519.open(scalar).agree(openerKey))
  const texts = { openerKey: encodeBase64Url(openerKey), serverKey: encodeBase64Url(serverKey) }
  const secret = await new SecretBytes(shared).spend(bytes =>
    hkdfSha256(bytes, sessionKeyInfo({ ...facts, ...texts }), sessionKeyLength),
  )
  return { secret: new SecretBytes(secret), serverKey }
}

/** The key of a session that is open: HMAC-SHA-256 (RFC 2104). */
export class SessionKey {
  readonly #secret: SecretBytes

  /** Takes ownership of `secret`, which is wiped by `close`. */
  constructor(secret: SecretBytes) {
    this.#secret = secret
  }

  verify(mac: Uint8Array, text: Uint8Array): boolean {
    return sameBytes(
      mac,
      this.#secret.lend(key => hmacSha256(key, text)),
    )
  }

  close(): void {
    this.#secret.wipe()
  }
}
