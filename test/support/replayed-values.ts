type Json = unknown

/**
 * What stands for what: ids and everything random are others each time, and what came once as an answer is sent again in
 * later requests.
 */
export class ReplayedValues {
  readonly #values = new Map<string, string>()
  /** Every text of an example that was met: what is answered for it from then on is no choice any more. */
  readonly #met = new Set<string>()

  /** A request of an example as it is sent now. */
  toSend<T extends Json>(example: T): T {
    for (const text of textsIn(example)) this.#met.add(text)
    return mapTexts(example, text => this.#valueOf(text)) as T
  }

  /** Learns what was answered, and says what of it is not what it should be. */
  compare(example: Json, actual: Json, path = ''): string[] {
    if (typeof example === 'string' && typeof actual === 'string') return this.#compareText(example, actual, path)
    if (typeof example !== 'object' || example === null || typeof actual !== 'object' || actual === null) {
      return Object.is(example, actual) ? [] : [`${path}: ${JSON.stringify(actual)}`]
    }
    // A list shows what its members look like.
    if (Array.isArray(example) && Array.isArray(actual) && example.length !== actual.length) return []
    const [expected, answered] = [Object.entries(example), new Map(Object.entries(actual))]
    const missing = expected.filter(([name]) => !answered.has(name)).map(([name]) => `${path}.${name}: missing`)
    const more = [...answered.keys()]
      .filter(name => !(name in example))
      .map(name => `${path}.${name}: not in the example`)
    const others = expected.flatMap(([name, value]) => this.compare(value, answered.get(name), `${path}.${name}`))
    return [...missing, ...more, ...others]
  }

  #compareText(example: string, actual: string, path: string): string[] {
    if (this.#met.has(example)) {
      return this.#valueOf(example) === actual ? [] : [`${path}: ${actual} in place of ${this.#valueOf(example)}`]
    }
    this.#met.add(example)
    this.#values.set(example, actual)
    // The id in a URL is sent alone.
    if (example.startsWith('https://') && actual.startsWith('https://')) {
      const [id, now] = [example, actual].map(url => url.slice(url.lastIndexOf('/') + 1))
      this.#values.set(id ?? '', now ?? '')
    }
    // So are the parts of a public key that is JSON.
    const [inside, insideNow] = [jsonIn(example), jsonIn(actual)]
    return inside === undefined ? [] : this.compare(inside, insideNow, path)
  }

  #valueOf(text: string): string {
    return this.#values.get(text) ?? this.#inside(text) ?? text
  }

  /** A capability names whom it is for. */
  #inside(text: string): string | undefined {
    const value = jsonIn(text)
    if (value === undefined) return undefined
    return Buffer.from(JSON.stringify(mapTexts(value, each => this.#values.get(each) ?? each))).toString('base64')
  }
}

/** What is JSON in base64. */
function jsonIn(text: string): Json | undefined {
  if (!/^[A-Za-z0-9+/]+=*$/.test(text)) return undefined
  const decoded = Buffer.from(text, 'base64').toString('utf8')
  return decoded.startsWith('{"') ? JSON.parse(decoded) : undefined
}

function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map(each => mapTexts(each, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapTexts(each, change)]))
}
