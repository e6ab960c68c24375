/** Limit: so many characters of what the target said are told. */
const MESSAGE_MAX = 1024;

/** The target's own no to a dry run, in its own words; the caller would have got the same had the request been sent. */
export class Rejection {
  readonly message: string;
  /** All that it said: what is masked is masked before it is cut. */
  readonly whole: string;

  constructor(message: string) {
    this.whole = message;
    this.message = message.length <= MESSAGE_MAX ? message : `${message.slice(0, MESSAGE_MAX)}…`;
  }
}
