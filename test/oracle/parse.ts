import { requestInfo } from '../../src/connectors/kubernetes/request/request-info.ts';
import { Refusal } from '../../src/model/refusal.ts';
import { answerLines } from './json-lines.ts';

/** `{"method","uri"}` to the fields of `RequestInfo` or `{"refused":CODE}`, through the function that the data path calls. */
export async function parse(): Promise<void> {
  await answerLines(process.stdin, process.stdout, parseLine);
}

/** One line's answer. */
export function parseLine({ method, uri }: Readonly<Record<string, unknown>>): unknown {
  if (typeof method !== 'string' || typeof uri !== 'string')
    throw new Error('a line needs the strings `method` and `uri`');
  try {
    const { query: _, ...info } = requestInfo(method, uri);
    return info;
  } catch (thrown) {
    if (thrown instanceof Refusal) return { refused: thrown.code };
    throw thrown;
  }
}
