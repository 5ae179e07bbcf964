const keyArn = /^arn:([a-z0-9-]+):kms:([a-z0-9-]+):(\d{12}):key\/([A-Za-z0-9-]{1,128})$/

/**
 * Which key an ARN names, or undefined if it names none (an alias, or anything else). The replicas of a multi-Region
 * key are one key: each opens what another made, so the region of theirs does not count.
 */
export function keyOfArn(arn: unknown): string | undefined {
  const [, partition, region, account, id] = (typeof arn === 'string' && keyArn.exec(arn)) || []
  if (id === undefined) return undefined
  return `arn:${partition}:kms:${id.startsWith('mrk-') ? '*' : region}:${account}:key/${id}`
}
