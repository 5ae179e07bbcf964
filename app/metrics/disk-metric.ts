import { Gauge, type Registry } from 'prom-client'

/** How much of the disk of the embedded store is free. @param free bytes; undefined while that is not known */
export function diskMetric(registry: Registry, free: () => number | undefined): void {
  new Gauge({
    name: 'kms_disk_free_bytes',
    help: 'Bytes that are free on the disk of the embedded store.',
    registers: [registry],
    // Of several processes each sees the same disk.
    aggregator: 'min',
    collect() {
      const bytes = free()
      if (bytes !== undefined) this.set(bytes)
    },
  })
}
