/** What containers have written: lines in memory, followed as they come. Limit: the last `linesMax` lines of a container are kept. */

import type { JsonObject, KubeObject } from './object.ts';
import { listAt, textAt } from './object.ts';
import { badRequest } from './status.ts';

const linesMax = 10_000;

interface Line {
  readonly atMs: number;
  readonly text: string;
}

export class Log {
  readonly #lines: Line[] = [];
  readonly #followers = new Set<(line: Line | undefined) => void>();
  #isEnded = false;

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Text is taken apart at its line ends. */
  append(text: string, nowMs: number): void {
    for (const each of text.replace(/\n$/, '').split('\n')) {
      const line = { atMs: nowMs, text: each };
      this.#lines.push(line);
      if (this.#lines.length > linesMax) this.#lines.shift();
      for (const follower of [...this.#followers]) follower(line);
    }
  }

  /** No more will come: those who follow are done. */
  end(): void {
    this.#isEnded = true;
    for (const follower of [...this.#followers]) follower(undefined);
  }

  lines(): readonly Line[] {
    return [...this.#lines];
  }

  follow(tell: (line: Line | undefined) => void): () => void {
    this.#followers.add(tell);
    return () => this.#followers.delete(tell);
  }
}

/** The container that a request names, or the only one. @throws {StatusError} 400 */
export function containerOf(pod: KubeObject, asked: string): JsonObject {
  const all = [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')];
  const name = pod.metadata.name ?? '';
  if (asked !== '') {
    const found = all.find((each) => textAt(each, 'name') === asked);
    if (found === undefined) throw badRequest(`container ${asked} is not valid for pod ${name}`);
    return found;
  }
  const [only, ...others] = listAt(pod, 'spec', 'containers');
  if (only !== undefined && others.length === 0) return only;
  throw badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${all.map((each) => textAt(each, 'name')).join(' ')}]`,
  );
}

/**
 * Writes a container's log as the query asks: `tailLines`, `sinceSeconds`, `timestamps`, `limitBytes`; with `follow` until the container ends
 * or the reader goes.
 */
export async function sendLog(
  log: Log,
  query: URLSearchParams,
  nowMs: number,
  send: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const isStamped = query.get('timestamps') === 'true';
  const bytesMax = query.has('limitBytes') ? Number(query.get('limitBytes')) : Number.POSITIVE_INFINITY;
  let bytes = 0;
  const write = (line: Line): void => {
    const text = `${isStamped ? `${new Date(line.atMs).toISOString()} ` : ''}${line.text}\n`;
    const part = Buffer.from(text).subarray(0, bytesMax - bytes);
    bytes += part.length;
    if (part.length > 0) send(part.toString('utf8'));
  };
  const sinceMs = query.has('sinceSeconds') ? nowMs - Number(query.get('sinceSeconds')) * 1000 : 0;
  const recent = log.lines().filter((line) => line.atMs >= sinceMs);
  const tail = query.get('tailLines');
  for (const line of tail === null ? recent : Number(tail) === 0 ? [] : recent.slice(-Number(tail))) write(line);
  if (query.get('follow') !== 'true' || log.isEnded || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const stop = log.follow((line) => {
      if (line !== undefined) write(line);
      else done();
    });
    const done = (): void => {
      stop();
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
  });
}
