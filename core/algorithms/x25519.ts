import { idX25519 } from './algorithm-identifiers.ts'
import { montgomeryKeys } from './montgomery.ts'

/** X25519 (RFC 7748 section 5). */
export const x25519 = montgomeryKeys({ crv: 'X25519', size: 32, basePoint: 9, oid: idX25519, multicodec: 0xec })
