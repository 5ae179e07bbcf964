import type { DidSigner, Kms } from '@keyhold/core'
import { shuffled, type UnitRandom } from '../statistics.ts'
import { type BigStore, controllerOf, openBigStore } from './big-store.ts'
import { type Extent, records } from './fill.ts'
import type { Measured } from './rows.ts'
import { ScaledService } from './service-process.ts'

/** A key, by the path of its URL. */
export interface SampledKey {
  readonly keystore: string
  readonly path: string
}

export type Sample = Readonly<Record<Measured['keys'], readonly SampledKey[]>>

export interface SampleSizes {
  /** Keys that are asked for again and again. They fit into the caches. */
  readonly warm: number
  /** Keystores of which those are that are not anywhere. */
  readonly keystores: number
  /** Keys that are asked for once. */
  readonly cold: number
}

/** One of the stores that are compared: what is in it, its keys that are asked for, and services that use it. */
export interface Side {
  readonly extent: Extent
  readonly kms: Kms
  readonly controller: DidSigner
  readonly sample: Sample
  readonly services: Readonly<Record<Measured['auth'], ScaledService>>
  close(): Promise<void>
}

/** @param store with as many keys as the extent says */
export async function openSide(store: BigStore, extent: Extent, sizes: SampleSizes, random: UnitRandom): Promise<Side> {
  const { kms, close } = await openBigStore(store)
  const services: ScaledService[] = []
  const stop = async () => {
    await Promise.all(services.map(service => service.stop()))
    await close()
  }
  const start = async (auth: Measured['auth']) => {
    const service = await ScaledService.start({ ...store.settings, KMS_AUTH_TYPE: auth })
    services.push(service)
    return service
  }
  try {
    const sample = await sampleOf(kms, extent, sizes, random)
    const controller = await controllerOf(store)
    return {
      extent,
      kms,
      controller,
      sample,
      services: { none: await start('none'), zcap: await start('zcap') },
      close: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function sampleOf(kms: Kms, { keysEach }: Extent, sizes: SampleSizes, random: UnitRandom): Promise<Sample> {
  const all: string[] = []
  for await (const { ids } of records(kms, 'keystores', '')) all.push(ids[0])
  const keystores = shuffled(all, random)
  const anywhere = await keysOf(kms, keystores, keysEach, sizes.warm + sizes.cold, random)
  const together = await keysOf(kms, keystores.slice(0, sizes.keystores), keysEach, sizes.warm, random)
  return { anywhere: anywhere.slice(0, sizes.warm), together, cold: anywhere.slice(sizes.warm) }
}

/** Different keys of the keystores, each as likely as any other, in a random order. */
async function keysOf(
  kms: Kms,
  keystores: readonly string[],
  keysEach: number,
  size: number,
  random: UnitRandom,
): Promise<SampledKey[]> {
  const most = keystores.length * keysEach
  if (size > most) throw new Error(`there are no ${size} keys to be asked for: ${most}`)
  const numbers = new Map<string, Set<number>>()
  for (let chosen = 0; chosen < size; ) {
    const number = Math.floor(random() * most)
    const keystore = keystores[Math.floor(number / keysEach)] ?? ''
    const ofKeystore = numbers.get(keystore) ?? new Set()
    if (ofKeystore.has(number % keysEach)) continue
    numbers.set(keystore, ofKeystore.add(number % keysEach))
    chosen += 1
  }
  const keys: SampledKey[] = []
  for (const [id, places] of numbers) {
    const keystore = `/v1/keystores/${id}`
    let place = 0
    for await (const { ids } of records(kms, 'keys', id)) {
      if (places.has(place)) keys.push({ keystore, path: `${keystore}/keys/${ids[0]}` })
      place += 1
    }
  }
  return shuffled(keys, random)
}
