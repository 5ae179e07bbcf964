import { type DrilledTypeName, type Family, outsideTypes } from './outside.ts'
import type { OwnKey } from './own-key.ts'

/** What clients ask for that changes the store. */
export const changeKinds = [
  'create keystore',
  'create key',
  'import private key',
  'import private key by id',
  'import symmetric key',
  'import symmetric key by id',
  'import verification key',
  'import verification key by id',
  'rotate key',
] as const

/** Everything that clients ask for. */
export const operationKinds = [...changeKinds, 'sign', 'encrypt', 'compute MAC', 'sign several', 'wrap'] as const

export type ChangeKind = (typeof changeKinds)[number]
export type OperationKind = (typeof operationKinds)[number]

/** A request that was sent. While it has no answer it may have been carried out or not. */
export type Operation = { readonly kind: OperationKind } & (
  | { readonly asks: 'keystore' }
  | { readonly asks: 'key'; readonly keystoreId: string; readonly type: DrilledTypeName; readonly origin: Origin }
  | { readonly asks: 'version'; readonly key: KeyEntry; readonly type: DrilledTypeName; readonly asked: number }
  | { readonly asks: 'use' }
)

/** Where the material of a key's first version is from. */
export interface Origin {
  /** Absent if the service made it. */
  readonly own?: OwnKey
  /** The id that an import asked for. */
  readonly id?: string
  /** Whether only the public part was imported. */
  readonly verifyOnly?: boolean
}

/** Something that a key made: what it is checked with, and what a check answers. */
export interface Made {
  readonly operation: 'verify' | 'decrypt' | 'verifymac' | 'verifymulti' | 'unwrap'
  readonly request: Readonly<Record<string, unknown>>
  readonly answer?: Readonly<Record<string, string>>
}

export interface VersionEntry {
  readonly id: string
  readonly type: DrilledTypeName
  /** When it was asked for, and when answered, by the ledger's clock. */
  readonly asked: number
  readonly answered: number
  /** As the service answered it. */
  publicKey?: Uint8Array
}

export interface KeyEntry {
  readonly keystoreId: string
  readonly origin: Origin
  /** As they became known; the first is the key's first. */
  readonly versions: [VersionEntry, ...VersionEntry[]]
  readonly made: Made[]
  /** The last round in which somebody worked with it. */
  round: number
}

/**
 * What a store must hold, as its clients know it: what was acknowledged, and what was asked for without an answer.
 * It outlives every process of the service.
 */
export class Ledger {
  readonly keystores = new Map<string, { readonly id: string; round: number }>()
  /** By keystore and first id. */
  readonly keys = new Map<string, KeyEntry>()
  readonly unanswered = new Set<Operation>()
  round = 0
  readonly #byFamily: Readonly<Record<Family, KeyEntry[]>> = {
    signature: [],
    aead: [],
    mac: [],
    'key-agreement': [],
    'bbs-plus': [],
    bbs: [],
  }
  readonly #turns = new Map<readonly DrilledTypeName[], number>()
  #moment = 0

  /** A clock that only orders. */
  now(): number {
    this.#moment += 1
    return this.#moment
  }

  /** The types one after the other, so that none is left to chance. */
  nextOf(types: readonly DrilledTypeName[]): DrilledTypeName {
    const turn = this.#turns.get(types) ?? 0
    this.#turns.set(types, turn + 1)
    return types[turn % types.length] as DrilledTypeName
  }

  addKeystore(id: string): void {
    this.keystores.set(id, { id, round: this.round })
  }

  addKey(keystoreId: string, version: VersionEntry, origin: Origin): KeyEntry {
    const key: KeyEntry = { keystoreId, origin, versions: [version], made: [], round: this.round }
    this.keys.set(placeOf(keystoreId, version.id), key)
    if (!origin.verifyOnly) this.#byFamily[familyOf(version.type)].push(key)
    return key
  }

  /** The keys of a family that hold a secret. */
  usable(family: Family): readonly KeyEntry[] {
    return this.#byFamily[family]
  }
}

/** Whether there is a public key, which can be exported and imported alone. */
export function isAsymmetric(type: DrilledTypeName): boolean {
  return 'idOf' in outsideTypes[type]
}

export const familyOf = (type: DrilledTypeName): Family => outsideTypes[type].family

export const placeOf = (keystoreId: string, id: string): string => `${keystoreId}/${id}`
