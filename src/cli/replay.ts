/*
 * Plays what was kept of a terminal or a command: at its own speed or another, from any moment on, without its long pauses; or as text, for reading. Whatever was said
 * does nothing to the reader's terminal (T54).
 */
import { escapeControl } from './escape-control.ts';
import { SafeTerminal, TERMINAL_RESET } from './safe-terminal.ts';

/** How to play. */
export interface ReplayTerms {
  readonly speed: number;
  /** Longer pauses are as long as this. */
  readonly idleMaxMs: number;
  /** All before is shown at once. */
  readonly fromMs: number;
  readonly isText: boolean;
}

/** Where it is played: what a command said on its second output stays apart. */
export interface ReplayPorts {
  readonly out: (text: string) => Promise<void>;
  readonly error: (text: string) => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
}

/** Plays lines of asciicast v3, or of timed events; returns the exit code that they tell. */
export async function replay(
  lines: AsyncIterable<string>,
  terms: ReplayTerms,
  ports: ReplayPorts,
): Promise<number | undefined> {
  const player = new Player(terms, ports);
  try {
    for await (const line of lines) await player.take(line);
  } finally {
    await player.end();
  }
  return player.exitCode;
}

class Player {
  readonly #terms: ReplayTerms;
  readonly #ports: ReplayPorts;
  readonly #terminal = new SafeTerminal();
  #atMs = 0;
  #isTerminal = false;
  exitCode: number | undefined;

  constructor(terms: ReplayTerms, ports: ReplayPorts) {
    this.#terms = terms;
    this.#ports = ports;
  }

  async take(line: string): Promise<void> {
    if (line === '' || line.startsWith('#')) return;
    const value = JSON.parse(line) as { version?: unknown } | readonly [number, string, unknown];
    if (!Array.isArray(value)) {
      this.#isTerminal = (value as { version?: unknown }).version === 3;
      return;
    }
    const [seconds, code, data] = value as readonly [number, string, unknown];
    await this.#wait(seconds * 1000);
    if (code === 'x' || code === 'exit') this.exitCode = data === '' ? undefined : Number(data);
    else if (code === 'o' || code === 'stdout') await this.#show(this.#ports.out, data);
    else if (code === 'e' || code === 'stderr') await this.#show(this.#ports.error, data);
    else if (code === 'file') await this.#ports.out(`${escapeControl(`file ${JSON.stringify(data)}`)}\n`);
    else if (code === 'connection') await this.#ports.out(`${escapeControl(`connection ${JSON.stringify(data)}`)}\n`);
  }

  async end(): Promise<void> {
    if (this.#isTerminal && !this.#terms.isText) await this.#ports.out(TERMINAL_RESET);
  }

  async #wait(ms: number): Promise<void> {
    const { fromMs, idleMaxMs, speed, isText } = this.#terms;
    this.#atMs += ms;
    if (isText || this.#atMs <= fromMs) return;
    // Of a pause that the moment falls into, only its rest.
    const left = Math.min(ms, this.#atMs - fromMs, idleMaxMs);
    if (left > 0) await this.#ports.pause(left / speed);
  }

  async #show(out: (text: string) => Promise<void>, data: unknown): Promise<void> {
    if (typeof data !== 'string') {
      const bytes = Buffer.from((data as { base64?: string } | null)?.base64 ?? '', 'base64').length;
      await out(`[${bytes} bytes that are no text]\n`);
      return;
    }
    const isPlayed = this.#isTerminal && !this.#terms.isText;
    const safe = this.#terminal.take(data);
    await out(isPlayed ? safe : readable(safe));
  }
}

const ESCAPE = '\u001b';

/** Without what moves and colours; what a terminal would write over stands one behind the other. */
function readable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .replace(new RegExp(`${ESCAPE}(?:\\[[0-?]*[@-~]|\\(.|.)`, 'g'), '')
    .replace(/[^\n\t]+/g, escapeControl);
}
