import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** Limit: what is gathered before it is written, in characters; a write for each line costs more than the answer. */
const BATCH_CHARACTERS = 65_536;

/**
 * One line out for each line in: what `answer` makes of the parsed line, or `{"error":…}` where the line is no JSON object or `answer`
 * throws. Empty lines are skipped.
 */
export async function answerLines(
  input: Readable,
  output: Writable,
  answer: (line: Readonly<Record<string, unknown>>) => unknown,
): Promise<void> {
  let batch = '';
  const flush = async () => {
    const isRoom = output.write(batch);
    batch = '';
    if (!isRoom) await once(output, 'drain');
  };
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    batch += `${JSON.stringify(answerOne(line, answer))}\n`;
    if (batch.length >= BATCH_CHARACTERS) await flush();
  }
  if (batch !== '') await flush();
}

function answerOne(line: string, answer: (line: Readonly<Record<string, unknown>>) => unknown): unknown {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error('the line is not a JSON object');
    return answer(value as Record<string, unknown>);
  } catch (thrown) {
    return { error: (thrown as Error).message };
  }
}
