/** What is walked is not JSON, or nested too deep: it cannot be masked. */
export class Unwalkable extends Error {}

/** Thrown by a walk that needs more bytes. */
export const incomplete: unique symbol = Symbol('incomplete');
