// `node test/clients/measure.ts [CAUSE…]`: has every client of the table meet the ends of its streams, and writes what each makes of them to
// test/vectors/client-ends.json. docs/reference/clients.md is made from that, and a cluster suite compares it with what clients do.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedCluster } from '../support/test-cluster.ts';
import { END_CAUSES, type EndCause, endings } from './ending.ts';
import { type EndsMeasured, measureEnds } from './measure-ends.ts';

const file = join(import.meta.dirname, '..', 'vectors', 'client-ends.json');
const known: Partial<Record<EndCause, EndsMeasured>> = JSON.parse(readFileSync(file, 'utf8'));
const asked = process.argv.slice(2);
const cluster = await sharedCluster('ends of streams');
if (cluster === undefined) process.exit(1);
const measuring = END_CAUSES.filter((cause) => asked.length === 0 || asked.includes(cause)).map(async (cause) => {
  known[cause] = await measureEnds(cluster, cause, endings);
  writeFileSync(file, `${JSON.stringify(known, undefined, 1)}\n`);
});
await Promise.all(measuring);
cluster.stop();
