import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A request, and what the API server's own code made of it: RequestInfo without its empty fields, or `error`. */
export interface RequestInfoVector {
  readonly method: string;
  readonly uri: string;
  /** A gateway may refuse it for its form; all others must be answered. */
  readonly hostile?: boolean;
  readonly want: Readonly<Record<string, unknown>>;
}

/** The vectors of test/vectors/request-info.jsonl.gz, and the line that says where they come from. */
export function requestInfoVectors(): { readonly head: string; readonly vectors: readonly RequestInfoVector[] } {
  const bytes = readFileSync(join(import.meta.dirname, '../vectors/request-info.jsonl.gz'));
  const [head = '', ...lines] = gunzipSync(bytes).toString('utf8').trimEnd().split('\n');
  return { head, vectors: lines.map((line) => JSON.parse(line) as RequestInfoVector) };
}
