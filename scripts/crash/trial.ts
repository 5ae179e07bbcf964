import { setTimeout as sleep } from 'node:timers/promises'
import { checkStore } from './check.ts'
import type { Client, Excuse, Tally } from './client.ts'
import { Instances } from './instances.ts'
import { Ledger, type OperationKind } from './ledger.ts'
import type { Place, Victim } from './place.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { Settlement } from './settle.ts'
import { work } from './workload.ts'

const workers = 8

/** Requests that are acknowledged before something is killed, however slow the machine is, and milliseconds after them. */
const mostWork = 90
const longestPause = 20

/** Milliseconds of work of those that survive, afterwards. */
const longestSurvival = 400

/** Milliseconds, beside what its start takes: more than a call to the database may. */
const longestOutage = 6000

type Clients = readonly [Client, ...Client[]]

/** What all trials count together. */
export interface Account {
  readonly acknowledged: Map<OperationKind, number>
  /** By the victim's name. */
  readonly kills: Map<string, number>
  readonly tally: Tally
}

/** One place, and all the processes that are killed over it. */
export class Trial {
  readonly ledger = new Ledger()
  readonly #place: Place
  readonly #random: SeededRandom
  readonly #account: Account
  readonly #instances: Instances
  #urls: readonly string[] = []
  /** Of the next rounds: each comes once before any comes again. */
  #victims: readonly Victim[] = []

  /** @param directory that of the place, where the service works */
  constructor(directory: string, place: Place, random: SeededRandom, account: Account) {
    this.#place = place
    this.#random = random
    this.#account = account
    this.#instances = new Instances(directory, place.environments)
  }

  /** Starts what does not run, checks what the last round left behind, has clients work, and kills something meanwhile. */
  async round(): Promise<Settlement[]> {
    const settlements = await this.#check()
    this.ledger.round += 1
    const victim = this.#nextVictim()
    let struck = false
    let over = false
    const excuseOf = (number: number) => (struck ? excuse(victim, number) : undefined)
    const working = Promise.all(
      Array.from({ length: workers }, () => work(this.#clients(this.#account.acknowledged, excuseOf), () => over)),
    )
    try {
      await this.#someWork(working)
      struck = true
      await this.#kill(victim)
      // Whoever is left goes on, and must not notice.
      await Promise.race([working, sleep(this.#random.between(0, longestSurvival))])
    } finally {
      over = true
      await working
    }
    return settlements
  }

  /** Checks what the last round left behind, and stops the service as it should be stopped. */
  async finish(): Promise<Settlement[]> {
    const settlements = await this.#check()
    this.#account.tally.violations.push(...(await this.#instances.stop()))
    return settlements
  }

  /**
   * Kills an instance while it starts: on an empty place as soon as it has changed it a number of times, since that
   * takes a few milliseconds only, otherwise at any time.
   *
   * @returns whether one was killed before it listened
   */
  async interruptStart(): Promise<boolean> {
    const place = this.#place
    if (this.ledger.round > 0) return this.#instances.interruptStart(this.#random)
    const changes = this.#random.between(1, place.changesOfFirstStart)
    return this.#instances.interruptStart(this.#random, signal => place.changed(changes, signal))
  }

  /** Leaves nothing running. */
  async close(): Promise<void> {
    await this.#instances.kill(this.#place.environments.map((_, number) => number))
    await this.#place.close()
  }

  async #check(): Promise<Settlement[]> {
    try {
      const [urls] = await Promise.all([this.#instances.start(), sleep(this.#place.staleness)])
      this.#urls = urls
      // What the checks themselves ask for is not counted as work, and nothing excuses a failure.
      const clients = this.#clients(new Map(), () => undefined)
      return await checkStore(clients, this.#place)
    } catch (error) {
      throw new Error(`the service could not be checked:\n${this.#instances.output()}`, { cause: error })
    }
  }

  #nextVictim(): Victim {
    const [victim, ...later] = this.#victims.length > 0 ? this.#victims : this.#random.sample(this.#place.victims)
    if (victim === undefined) throw new RangeError('a place without victims')
    this.#victims = later
    return victim
  }

  async #kill({ name, instances, database }: Victim): Promise<void> {
    const { kills } = this.#account
    kills.set(name, (kills.get(name) ?? 0) + 1)
    await this.#instances.kill(instances)
    if (!database) return
    await this.#place.database?.kill()
    await sleep(this.#random.between(0, longestOutage))
    await this.#place.database?.restart()
  }

  /** Resolves when some requests were acknowledged, or the work has ended by itself. */
  async #someWork(working: Promise<unknown>): Promise<void> {
    const enough = this.#acknowledged() + this.#random.between(0, mostWork)
    let isOver = false
    const end = working.then(
      () => (isOver = true),
      () => (isOver = true),
    )
    while (this.#acknowledged() < enough && !isOver) await Promise.race([end, sleep(1)])
    await sleep(this.#random.between(0, longestPause))
  }

  #acknowledged(): number {
    return [...this.#account.acknowledged.values()].reduce((sum, count) => sum + count, 0)
  }

  /** One for each instance, which share everything else. */
  #clients(acknowledged: Client['acknowledged'], excuseOf: (number: number) => Excuse | undefined): Clients {
    const shared = { ledger: this.ledger, random: this.#random.fork(), acknowledged, tally: this.#account.tally }
    const [first, ...others] = this.#urls.map((url, number) => ({ ...shared, url, excuse: () => excuseOf(number) }))
    if (first === undefined) throw new RangeError('a service without instances')
    return [first, ...others]
  }
}

function excuse({ instances, database }: Victim, number: number): Excuse | undefined {
  if (instances.includes(number)) return 'cut'
  return database ? 'unavailable' : undefined
}
