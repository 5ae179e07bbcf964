/**
 * The attributes of keys that tests make: RSA keys of 2048 bits are made several times as fast as those of 3072, and the
 * other types ignore attributes.
 */
export const quickAttributes: readonly string[] = ['2048']
