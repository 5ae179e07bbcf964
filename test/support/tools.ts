import { systemRandom } from '@keyhold/adapters'
import { inThisThread, openSslEd25519 } from '@keyhold/core'
import type { Tools } from '@keyhold/core/algorithms/key-type.js'

/** What keys are used with in tests that have no service: everything is computed at once. */
export const tools: Tools = { random: systemRandom(), computation: inThisThread, ed25519: openSslEd25519 }
