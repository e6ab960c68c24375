import { apiUrl } from './base.ts';
import { learnTime } from './clock.ts';
import { backgroundHeader } from './presence.ts';
import { ApiProblem } from './problem.ts';
import { csrfHeader } from './self.ts';

interface Options {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** What the control plane answers. @throws {ApiProblem} it says no, or cannot be reached */
export async function request<Answer>(path: string, options: Options = {}): Promise<Answer> {
  const reply = await sent(path, options);
  const read: unknown = await reply.json().catch(() => undefined);
  if (reply.ok && read !== undefined) return read as Answer;
  throw problemOf(reply.status, read);
}

/** The same, of what is no JSON. @throws {ApiProblem} it says no, or cannot be reached */
export async function requestText(path: string, signal: AbortSignal): Promise<string> {
  const reply = await sent(path, { signal });
  if (reply.ok) return await reply.text();
  throw problemOf(reply.status, await reply.json().catch(() => undefined));
}

async function sent(path: string, { method = 'GET', body, signal }: Options): Promise<Response> {
  const reply = await fetch(apiUrl(path), {
    method,
    credentials: 'same-origin',
    redirect: 'error',
    headers: {
      accept: 'application/json',
      ...(method === 'GET' ? backgroundHeader() : csrfHeader()),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((thrown: unknown) => {
    if (signal?.aborted === true) throw thrown;
    throw new ApiProblem(0, { code: 'UNREACHABLE', detail: 'the gateway does not answer' });
  });
  learnTime(reply.headers.get('date'));
  return reply;
}

function problemOf(status: number, read: unknown): ApiProblem {
  const detail = `the gateway answered ${status}, and nothing that can be read`;
  return new ApiProblem(status, isProblem(read) ? read : { code: 'UNREADABLE', detail });
}

function isProblem(read: unknown): read is { code: string; detail: string; advice?: string } {
  return typeof read === 'object' && read !== null && 'code' in read && 'detail' in read;
}
