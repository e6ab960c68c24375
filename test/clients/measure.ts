// `node test/clients/measure.ts [CAUSE|ANSWER|CLIENT…]`: has every client of the table meet the ends of its streams, a no and a wait, and writes what each makes of them to
// test/vectors/client-ends.json and client-answers.json. docs/reference/clients.md is made from those, and a cluster suite compares them with what clients do.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedCluster } from '../support/test-cluster.ts';
import { ANSWERS, askings } from './asking.ts';
import { END_CAUSES, type Ending, endings } from './ending.ts';
import { measureAnswers } from './measure-answers.ts';
import { measureEnds } from './measure-ends.ts';

type Measured = Record<string, Readonly<Record<string, readonly string[]>>>;

const asked = process.argv.slice(2);
const names = new Set([...askings, ...endings].map(({ name }) => name));
const clients = asked.filter((word) => names.has(word));
const ways = asked.filter((word) => !names.has(word));
const isMeasured = ({ name }: Ending) => clients.length === 0 || clients.includes(name);
const cluster = await sharedCluster('how clients take a no, a wait, an end');
if (cluster === undefined) process.exit(1);

/** Measures what is asked for, one after the other, and keeps each in the file as soon as it is there. */
async function write<T extends string>(
  name: string,
  all: readonly T[],
  measure: (each: T) => Promise<Measured[string]>,
): Promise<void> {
  const file = join(import.meta.dirname, '..', 'vectors', name);
  const known: Measured = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  for (const each of all.filter((one) => ways.length === 0 || ways.includes(one))) {
    known[each] = { ...known[each], ...(await measure(each)) };
    writeFileSync(file, `${JSON.stringify(known, undefined, 1)}\n`);
  }
}

await write('client-answers.json', ANSWERS, (answer) => measureAnswers(cluster, answer, askings.filter(isMeasured)));
await write('client-ends.json', END_CAUSES, (cause) => measureEnds(cluster, cause, endings.filter(isMeasured)));
cluster.stop();
