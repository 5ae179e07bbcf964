import type { Surroundings } from './command.ts'

/** Milliseconds between two drawings at least. */
const pause = 50
const width = 30

export interface ProgressBar {
  /** @param total absent while it is being counted */
  draw(what: string, done: number, total?: number): void
  /** Leaves the line that it stands in. */
  end(): void
}

/** A bar in the last line of a terminal; nothing at all if the notes go anywhere else. */
export function progressBar(notes: Surroundings['notes']): ProgressBar {
  if (!notes.isTTY) return { draw: () => undefined, end: () => undefined }
  let drawnAt = Number.NEGATIVE_INFINITY
  let isDrawn = false
  return {
    draw(what, done, total) {
      const now = performance.now()
      if (now - drawnAt < pause && done !== total) return
      drawnAt = now
      isDrawn = true
      notes.write(`\r${lineOf(what, done, total)}`)
    },
    end() {
      if (isDrawn) notes.write('\n')
    },
  }
}

function lineOf(what: string, done: number, total: number | undefined): string {
  const filled = '='.repeat(total ? Math.min(width, Math.round((done / total) * width)) : 0)
  return `[${filled.padEnd(width)}] ${what.padEnd(10)} ${done}${total === undefined ? '' : `/${total}`} `
}
