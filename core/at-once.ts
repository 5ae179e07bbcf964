/**
 * What is there at once, or later. Most requests find all that they need at hand: for those, chains of promises would cost
 * more than what they ask for. What fails at once is thrown, what fails later is a rejection; inside an asynchronous
 * function the two are one.
 */
export type Soon<T> = T | Promise<T>

/** Does the next thing with it: at once if it is there. */
export function andThen<T, R>(value: Soon<T>, next: (value: T) => Soon<R>): Soon<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}

/** The first answer that is not undefined; none is asked for before those in front of it were. */
export function firstAnswer<T, R>(of: readonly T[], ask: (one: T) => Soon<R | undefined>): Soon<R | undefined> {
  for (const [index, one] of of.entries()) {
    const answer = ask(one)
    if (answer instanceof Promise) return answer.then(later => later ?? firstAnswer(of.slice(index + 1), ask))
    if (answer !== undefined) return answer
  }
  return undefined
}

/** Whether it is true of any; of none is it asked once it is true of one in front. */
export function isTrueOfAny<T>(of: readonly T[], isTrue: (one: T) => Soon<boolean>): Soon<boolean> {
  return andThen(
    firstAnswer(of, one => andThen(isTrue(one), is => is || undefined)),
    found => found === true,
  )
}

/** Says how something has ended, which answers or throws what it does without that. */
export function observed<R>(run: () => R, done: () => void, failed: (error: unknown) => void): R {
  const fail = (error: unknown): never => {
    failed(error)
    throw error
  }
  const end = <T>(result: T): T => {
    done()
    return result
  }
  let result: R
  try {
    result = run()
  } catch (error) {
    return fail(error)
  }
  return result instanceof Promise ? (result.then(end, fail) as R) : end(result)
}
