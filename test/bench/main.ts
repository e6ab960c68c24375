/*
 * `npm run bench`: what the gateway costs beside going direct, a bare Node proxy and nginx, all in one run, and its own parts' shares. What is printed
 * compares within the run; the microseconds of one machine say nothing about another's.
 *
 * `--quick` takes about a minute, for a first look; `--json` prints the whole as one JSON document in place of tables; `--grants` measures grants and the control plane alone,
 * `--masks` what masks cost a whole gateway, `--console` the pages in a browser.
 */
import { parseArgs } from 'node:util';
import { clusterAvailability } from '../support/cluster.ts';
import { type ListTime, measureExecs, measureLists } from './bulk.ts';
import { measureCodec } from './codec.ts';
import { consoleText, measureConsole } from './console.ts';
import { bench as measureDecisions } from './decide.ts';
import { type GrantCost, measureGrants } from './grants.ts';
import { type HoldCost, measureHolds } from './holds.ts';
import { measureMasks } from './masks.ts';
import { measureObjects } from './objects.ts';
import { measureRealLists } from './real-list.ts';
import { figures, grantText, holdText, maskText, type Report, reportText } from './report.ts';
import { measureRequests } from './requests.ts';
import { measureStages } from './stages.ts';
import { measureStarts } from './starts.ts';
import { syncMs } from './sync.ts';
import { measureTexts } from './text.ts';
import { measureWatches } from './watches.ts';
import { startWorld, type World } from './world.ts';

const quick = {
  requests: { rounds: 1, requests: 1_500, warmUp: 3_000, seconds: 2, perSecond: 500 },
  stages: 3_000,
  rounds: 1,
  watches: 500,
};
const whole = {
  requests: { rounds: 4, requests: 3_000, warmUp: 30_000, seconds: 2, perSecond: 500 },
  stages: 10_000,
  rounds: 3,
  watches: 1_000,
};

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
    grants: { type: 'boolean' },
    masks: { type: 'boolean' },
    console: { type: 'boolean' },
    holds: { type: 'boolean' },
  },
});
const effort = values.quick ? quick : whole;

if (values.console) {
  process.stdout.write(`${consoleText(await measureConsole())}\n`);
  process.exit();
}

const world = await startWorld();
try {
  if (values.grants) process.stdout.write(`${grantText(await grants(world))}\n`);
  else if (values.holds) process.stdout.write(`${holdText(await holds(world))}\n`);
  else if (values.masks) process.stdout.write(`${maskText(await measureMasks(world, 3 * effort.rounds))}\n`);
  else await everything(world);
} finally {
  await world.stop();
}

function grants(world: World): Promise<GrantCost> {
  return measureGrants(world, values.quick ? 3 : 9, values.quick ? 10 : 40);
}

/** Alone: ten thousand requests that wait would be beside everything else. */
function holds(world: World): Promise<HoldCost> {
  return measureHolds(world, { held: values.quick ? 1_000 : 10_000, tries: values.quick ? 10 : 40 });
}

async function everything(world: World): Promise<void> {
  const report = await measure(world);
  const text = values.json ? JSON.stringify({ ...report, figures: figures(report) }, undefined, 2) : reportText(report);
  process.stdout.write(`${text}\n`);
}

async function measure(world: World): Promise<Report> {
  const { requests, stages, rounds, watches } = effort;
  const get = { ask: 'get', httpVersion: '1.1' } as const;
  const create = { ask: 'create', httpVersion: '1.1' } as const;
  say('requests');
  const rowsOf = async (title: string, asked: Parameters<typeof measureRequests>[1]) => ({
    title,
    rows: await measureRequests(world, asked, requests),
  });
  const asked = {
    get: await rowsOf('small GET over HTTP/1.1', get),
    getHttp2: await rowsOf('small GET over HTTP/2', { ask: 'get', httpVersion: '2' }),
    create: await rowsOf('create over HTTP/1.1', create),
  };
  say('stages');
  const shares = {
    get: await measureStages(world, get, stages),
    create: await measureStages(world, create, stages),
  };
  say('lists, execs, watches, starts, decisions, texts, codec');
  return {
    node: process.version,
    perSecond: requests.perSecond,
    syncMs: syncMs(world.folder),
    requests: asked,
    stages: shares,
    lists: await measureLists(world, rounds),
    realLists: await realLists(rounds),
    execs: await measureExecs(world, rounds),
    watches: await measureWatches(world, { watches, rounds }),
    starts: await measureStarts(world, rounds),
    decisions: measureDecisions(),
    grants: await grants(world),
    texts: measureTexts(),
    codec: measureCodec(),
    objects: measureObjects(),
    masks: await measureMasks(world, 3 * rounds),
  };
}

/** From a real API server, where one can be had; empty where not, and said. */
async function realLists(rounds: number): Promise<readonly ListTime[]> {
  const { controlPlane, why } = clusterAvailability();
  if (controlPlane) return measureRealLists(rounds * 4);
  process.stderr.write(`left out: a list from a real API server: ${why.join('; ')}\n`);
  return [];
}

function say(what: string): void {
  process.stderr.write(`measuring: ${what}\n`);
}
