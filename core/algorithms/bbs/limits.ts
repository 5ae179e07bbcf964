/**
 * How many messages can be signed together. Each wants a generator, a point that is made in milliseconds: with this
 * many a computation is still over in seconds. A credential has tens of them, one of a long list hundreds.
 */
export const maximumMessages = 1000
