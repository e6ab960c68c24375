import { apiUrl } from './base.ts';
import { learnTime } from './clock.ts';
import { backgroundHeader } from './presence.ts';
import { ApiProblem } from './problem.ts';
import { csrfHeader } from './self.ts';

interface Options {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the control plane answers. @throws {ApiProblem} it says no, or cannot be reached */
export async function request<Answer>(
  path: string,
  { method = 'GET', body, signal, headers }: Options = {},
): Promise<Answer> {
  const reply = await fetch(apiUrl(path), {
    method,
    credentials: 'same-origin',
    redirect: 'error',
    headers: {
      accept: 'application/json',
      ...(method === 'GET' ? backgroundHeader() : csrfHeader()),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((thrown: unknown) => {
    if (signal?.aborted === true) throw thrown;
    throw new ApiProblem(0, { code: 'UNREACHABLE', detail: 'the gateway does not answer' });
  });
  learnTime(reply.headers.get('date'));
  const read: unknown = await reply.json().catch(() => undefined);
  if (reply.ok && read !== undefined) return read as Answer;
  throw new ApiProblem(
    reply.status,
    isProblem(read)
      ? read
      : { code: 'UNREADABLE', detail: `the gateway answered ${reply.status}, and nothing that can be read` },
  );
}

function isProblem(read: unknown): read is { code: string; detail: string; advice?: string } {
  return typeof read === 'object' && read !== null && 'code' in read && 'detail' in read;
}
