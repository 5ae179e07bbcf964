let last = { time: Number.NaN, text: '' }

/** A time as `2026-01-31T23:59:59.999Z` (RFC 3339). Made once for all that happens in one millisecond. @param time Unix time, ms */
export function isoTime(time: number): string {
  if (time !== last.time) last = { time, text: new Date(time).toISOString() }
  return last.text
}
