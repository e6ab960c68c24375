/** A notifier did not take a notice. Security: its message has what the service answered, and nothing of what was sent to it: no token, no secret address. */
export class SendFailure extends Error {
  override readonly name = 'SendFailure';
  /** Trying again changes nothing. */
  readonly isHopeless: boolean;

  constructor(message: string, isHopeless = false) {
    super(message);
    this.isHopeless = isHopeless;
  }
}
