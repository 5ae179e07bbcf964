import { idX448 } from './algorithm-identifiers.ts'
import { montgomeryKeys } from './montgomery.ts'

/** X448 (RFC 7748 section 5). */
export const x448 = montgomeryKeys({ crv: 'X448', size: 56, basePoint: 5, oid: idX448, multicodec: 0x1204 })
