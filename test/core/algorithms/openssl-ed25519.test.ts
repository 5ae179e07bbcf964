import { ed25519Contract } from '@keyhold/contract'
import { openSslEd25519 } from '@keyhold/core'
import t from 'tap'

await ed25519Contract(t, openSslEd25519)
