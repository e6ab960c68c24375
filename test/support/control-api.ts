// The control plane as tests ask it: one request, its answer read whole, asked again where that was too soon.

import { type Dispatcher, request } from 'undici';
import { unhurried } from './unhurried.ts';

/** An answer of the control plane. */
export interface ControlReply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  readonly body: any;
}

/** Asks what is behind `/api/v1`, in JSON. */
export type ControlApi = (
  token: string | undefined,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string | string[] | undefined>>,
) => Promise<ControlReply>;

/** The API of a console; both are asked for at each request, since worlds are started after tests are written down. */
export function controlApi(consoleUrl: () => string | undefined, dispatcher: () => Dispatcher): ControlApi {
  const ask: ControlApi = async (token, method, path, body, headers = {}) => {
    const reply = await request(`${consoleUrl()}/api/v1${path}`, {
      method,
      dispatcher: dispatcher(),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: reply.statusCode, headers: reply.headers, body: await reply.body.json() };
  };
  return (...asked) => unhurried(() => ask(...asked));
}
