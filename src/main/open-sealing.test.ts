import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import pino from 'pino';
import { begun, ended } from '../../test/support/journal-events.ts';
import type { Config } from '../config/load.ts';
import { openCheckpoint } from '../recording/checkpoint.ts';
import { systemClock } from '../std/clock.ts';
import { openJournal } from '../storage/open-journal.ts';
import { createMetrics } from './metrics.ts';
import { openSealing } from './open-sealing.ts';
import { Witnesses } from './witnesses.ts';

const told = { log: pino({ level: 'silent' }), metrics: createMetrics(), clock: systemClock };

function homeFor(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'sallyport-sealing-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

type Witnessed = NonNullable<Config['journal']['witnesses']>;

const configOf = (home: string, witnesses: Witnessed) =>
  ({ dataFolder: home, journal: { folder: join(home, 'journal'), witnesses } }) as unknown as Config;

/** A gateway's journal that is written, and sealed behind each exchange. */
async function run(config: Config, from: number, to: number): Promise<readonly string[]> {
  const sealing = await openSealing(config, told);
  const journal = await openJournal({
    folder: config.journal.folder as string,
    gateway: 'gw',
    limits: { freeBytesMin: 0 },
    onClosed: sealing.closed,
  });
  for (let n = from; n < to; n++) {
    journal.append(begun(n));
    journal.append(ended(n));
    journal.closeSegment();
  }
  await journal.close();
  await sealing.close();
  return sealing.keys();
}

test('a gateway makes its key, seals what it closed, and gives the witness a checkpoint that the key signed', async (t) => {
  const home = homeFor(t);
  const config = configOf(home, [{ folder: join(home, 'witness') }]);
  const keys = await run(config, 1, 4);
  const names = readdirSync(join(home, 'journal'));
  assert.deepEqual(names.filter((name) => name.endsWith('.seal')).length, 3);
  assert.deepEqual(
    names.filter((name) => name.endsWith('.jsonl')),
    ['journal-00000004.jsonl'],
  );
  const kept = readdirSync(join(home, 'witness')).sort();
  const newest = openCheckpoint(readFileSync(join(home, 'witness', kept.at(-1) as string), 'utf8'), keys[0] as string);
  assert.ok(typeof newest !== 'string' && newest.size === 9, JSON.stringify(newest));
  await run(config, 4, 6);
});

test('a journal that was put back to what it was, though its seals hold, is not what the witness has', async (t) => {
  const home = homeFor(t);
  const config = configOf(home, [{ folder: join(home, 'witness') }]);
  await run(config, 1, 3);
  cpSync(join(home, 'journal'), join(home, 'before'), { recursive: true });
  await run(config, 3, 5);
  rmSync(join(home, 'journal'), { recursive: true });
  cpSync(join(home, 'before'), join(home, 'journal'), { recursive: true });
  await assert.rejects(openSealing(config, told), {
    name: 'JournalError',
    message: /the witness has a checkpoint of \d+ events .* was cut off/,
  });
  // Whoever has the key too writes another one as long: the root says so.
  rmSync(join(home, 'journal'), { recursive: true });
  await run(configOf(home, []), 11, 15);
  await assert.rejects(openSealing(config, told), { message: /are not those that the witness has a checkpoint of/ });
});

test('a journal that was wiped with its key does not begin anew beside the checkpoints of the old one', async (t) => {
  const home = homeFor(t);
  const witness = join(home, 'witness');
  const config = configOf(home, [{ folder: witness }]);
  await run(config, 1, 3);
  rmSync(join(home, 'journal'), { recursive: true });
  rmSync(join(home, 'journal-signing.key'));
  await assert.rejects(openSealing(config, told), {
    name: 'JournalError',
    message: /has checkpoints that this journal’s key did not sign/,
  });
  // What a crash cut short says nothing.
  for (const name of readdirSync(witness)) {
    chmodSync(join(witness, name), 0o600);
    writeFileSync(join(witness, name), readFileSync(join(witness, name), 'utf8').slice(0, 30));
  }
  await (await openSealing(config, told)).close();
});

test('a witness whose checkpoints cannot be read at start is told of', async (t) => {
  const home = homeFor(t);
  writeFileSync(join(home, 'witness'), '');
  const witnesses = new Witnesses([{ folder: join(home, 'witness') }, { folder: join(home, 'none') }], told);
  assert.equal(await witnesses.compare([], []), undefined);
  assert.deepEqual(witnesses.warnings(), [
    `the checkpoints of a witness were not compared at start (${join(home, 'witness')}): ENOTDIR`,
  ]);
});

test('a key that others may read is refused, and one that took the place of another without its word', async (t) => {
  const home = homeFor(t);
  const config = configOf(home, []);
  await run(config, 1, 3);
  const file = join(home, 'journal-signing.key');
  chmodSync(file, 0o644);
  await assert.rejects(openSealing(config, told), {
    name: 'ConfigError',
    message: /others than its owner may read it/,
  });
  rmSync(file);
  await assert.rejects(openSealing(config, told), {
    name: 'JournalError',
    message: /did not sign it; a key that took the place/,
  });
});

test('a webhook is given the newest checkpoint until it takes it, with its token', async (t) => {
  const home = homeFor(t);
  const got: (readonly [string | undefined, string])[] = [];
  let status = 503;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    got.push([request.headers.authorization, body]);
    response.writeHead(status).end();
    server.emit('got');
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const tokenFile = join(home, 'token');
  writeFileSync(tokenFile, 'secret\n');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const witnesses = new Witnesses([{ webhook: { url, tokenFile } }], told, 1);
  witnesses.tell('one');
  while (got.length < 3) await once(server, 'got');
  assert.match(
    witnesses.warnings()[0] ?? '',
    /does not take the journal’s checkpoints \(127\.0\.0\.1:\d+\): it answered 503/,
  );
  witnesses.tell('two');
  status = 200;
  while (got.at(-1)?.[1] !== 'two') await once(server, 'got');
  await witnesses.close();
  assert.deepEqual(witnesses.warnings(), []);
  assert.deepEqual(new Set(got.map(([token]) => token)), new Set(['Bearer secret']));
  assert.equal(got.filter(([, body]) => body === 'two').length, 1);
});
