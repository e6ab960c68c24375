/*
 * `npm run bench`: what the gateway costs beside going direct, a bare Node proxy and nginx, all in one run, and its own parts' shares. What is
 * printed compares within the run; the microseconds of one machine say nothing about another's.
 */
import { parseArgs } from 'node:util';
import { figureTable, table, type WayFigures } from './figures.ts';
import { type Effort, measureRequests } from './requests.ts';
import { startWorld } from './world.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'boolean' } } });
const effort: Effort = values.quick
  ? { rounds: 2, requests: 2_000, seconds: 2, perSecond: 500 }
  : { rounds: 5, requests: 4_000, seconds: 4, perSecond: 500 };
const world = await startWorld();
try {
  for (const [title, asked] of [['small GET, HTTP/1.1', { ask: 'get', httpVersion: '1.1' }], ['small GET, HTTP/2', { ask: 'get', httpVersion: '2' }], ['create, HTTP/1.1', { ask: 'create', httpVersion: '1.1' }]] as const) {
    const rows = await measureRequests(world, asked, effort);
    console.log(title, rows);
  }
} finally {
  await world.stop();
}
