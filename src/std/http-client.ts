/*
 * What is used of undici: connections, and requests on them. Its own index loads fetch, caches, mocks and the sockets of browsers besides, three files for
 * each that is needed here, and they would be a tenth of a gateway's start and of its memory.
 *
 * Its version is fixed, and all that speaks HTTP stands on this file; so with a version that has other files no test of it passes.
 */
import { createRequire } from 'node:module';
import type * as Undici from 'undici';

type RequestOptions = Partial<Omit<Undici.Dispatcher.RequestOptions, 'origin' | 'path'>> & {
  readonly dispatcher?: Undici.Dispatcher | undefined;
};

const require = createRequire(import.meta.url);
const Dispatcher: typeof Undici.Dispatcher = require('undici/lib/dispatcher/dispatcher.js');
// As its index does, so that what it calls a dispatcher has `request`.
Object.assign(Dispatcher.prototype, require('undici/lib/api/index.js'));

export const Agent: typeof Undici.Agent = require('undici/lib/dispatcher/agent.js');
export type Agent = Undici.Agent;

export const Pool: typeof Undici.Pool = require('undici/lib/dispatcher/pool.js');
export type Pool = Undici.Pool;

export const buildConnector: typeof Undici.buildConnector = require('undici/lib/core/connect.js');

let shared: Agent | undefined;

/** The reply to a request, of undici's `request`; by default a GET, on connections that all such requests share. @throws {Error} no reply came */
export function request(url: string | URL, { dispatcher, method = 'GET', ...options }: RequestOptions = {}) {
  const { origin, pathname, search } = new URL(url);
  shared ??= new Agent();
  return (dispatcher ?? shared).request({ ...options, method, origin, path: `${pathname}${search}` });
}
