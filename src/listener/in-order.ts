/** One exchange of a connection. */
export interface Turn {
  /** It asks to change nothing. */
  readonly isSafe: boolean;
  /** Called once, when nothing before it stands against it. */
  begin(): void;
}

/**
 * The exchanges of one HTTP/1.1 connection, begun in their order: safe methods run side by side, and anything else begins when all that was sent before it is
 * answered, and ends before what was sent behind it begins.
 *
 * Node hands out each request as soon as it is read, whatever becomes of those before it, and keeps only the answers in order. Who sends a delete behind a create
 * without waiting counts on more than that.
 *
 * Source: pipelining, https://www.rfc-editor.org/rfc/rfc9112#section-9.3.2
 */
export class InOrder {
  readonly #inFlightMax: number;
  readonly #waiting: Turn[] = [];
  #running = 0;
  #isChanging = false;

  constructor(inFlightMax: number) {
    this.#inFlightMax = inFlightMax;
  }

  /** Begins it now or later; `false` where as many run and wait as may, and it never begins. */
  take(turn: Turn): boolean {
    if (this.#running + this.#waiting.length >= this.#inFlightMax) return false;
    this.#waiting.push(turn);
    this.#beginNext();
    return true;
  }

  /** It was answered, or its connection has gone. */
  end(turn: Turn): void {
    const at = this.#waiting.indexOf(turn);
    if (at !== -1) return void this.#waiting.splice(at, 1);
    this.#running--;
    if (!turn.isSafe) this.#isChanging = false;
    this.#beginNext();
  }

  #beginNext(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#mayBegin(next); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#running++;
      this.#isChanging = !next.isSafe;
      next.begin();
    }
  }

  #mayBegin({ isSafe }: Turn): boolean {
    return isSafe ? !this.#isChanging : this.#running === 0;
  }
}
