/** Why the gateway itself ended what its caller or upstream did not take or end in time: it names the limit, so that the journal does. */
export class CutByLimit extends Error {
  constructor(limit: 'slowReaderTimeoutMs' | 'halfCloseTimeoutMs', ms: number, what: string) {
    super(`${what} for \`limits.wire.${limit}\`, which is ${ms}`);
  }
}
