/** The journal cannot be opened, and what the operator can do about it; the gateway does not start. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}
