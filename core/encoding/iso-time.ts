const millisecondsOfSecond = 1000

let second = { number: Number.NaN, text: '' }

/** A time as `2026-01-31T23:59:59.999Z` (RFC 3339). Most of it is made once a second. @param time Unix time, milliseconds */
export function isoTime(time: number): string {
  const number = Math.floor(time / millisecondsOfSecond)
  if (number !== second.number) {
    second = { number, text: new Date(number * millisecondsOfSecond).toISOString().slice(0, -'000Z'.length) }
  }
  const milliseconds = Math.trunc(time - number * millisecondsOfSecond)
  return `${second.text}${String(milliseconds).padStart(3, '0')}Z`
}
