import { StringDecoder } from 'node:string_decoder';
import { readRecorded } from '../../catalog/read-pieces.ts';
import type { ExchangeRecorded } from '../../recording/event.ts';

/** The lines of what is kept of a stream, as its events name them, in order. @throws {PieceError} */
export async function* recordedLines(
  folder: string,
  events: AsyncIterable<ExchangeRecorded> | Iterable<ExchangeRecorded>,
): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const event of events) {
    for await (const piece of readRecorded(folder, event)) {
      const lines = `${rest}${decoder.write(piece)}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  }
}
