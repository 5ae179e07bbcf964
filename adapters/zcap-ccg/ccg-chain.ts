import { forbidden, type VerifyCcgChain } from '@keyhold/core'

export const verifyCcgChain: VerifyCcgChain = async () => {
  throw forbidden('not yet')
}
