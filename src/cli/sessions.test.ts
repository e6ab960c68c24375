import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startChild } from '../../test/support/child.ts';
import { CLI } from '../../test/support/gateway-process.ts';
import { begun, ended, exchangeId, START_AT, sessionId } from '../../test/support/journal-events.ts';
import { catalogFile } from '../catalog/catalog-file.ts';
import { JournalCatalog } from '../catalog/journal-catalog.ts';
import { CastLines } from '../recording/cast-lines.ts';
import type { Event, ExchangeBegun } from '../recording/event.ts';
import { openJournal } from '../storage/open-journal.ts';
import { PackWriter } from '../storage/pieces/pack-writer.ts';

const root = mkdtempSync(join(tmpdir(), 'sallyport-sessions-'));
after(() => rmSync(root, { recursive: true, force: true }));
const [program, ...entry] = CLI;
const { operation } = begun(1) as Required<ExchangeBegun>;
const DENIED = { kind: 'refused', code: 'DENIED_BY_RULE', status: 403, message: 'no' } as const;

const opened = (folder: string) => openJournal({ folder, gateway: 'gw', limits: { freeBytesMin: 0 } });

/** Three exchanges, one of them with a body that says `teapot`. */
async function journal(): Promise<string> {
  const folder = mkdtempSync(join(root, 'journal-'));
  const packs = new PackWriter(folder);
  const ref = packs.put(Buffer.from('{"kind":"ConfigMap","data":{"vessel":"teapot"}}'));
  packs.close();
  const kept: Event = {
    type: 'exchange.recorded',
    at: START_AT,
    exchange: exchangeId(2),
    part: 'reply',
    form: 'body',
    mediaType: 'application/json',
    pieces: [ref],
    bytes: 47,
    end: { isWhole: true, bytes: 47 },
  };
  const claimed = { session: 'run-1', command: 'kubectl delete' };
  const writing = await opened(folder);
  for (const event of [
    begun(1),
    ended(1),
    begun(2),
    kept,
    ended(2),
    begun(3, { operation: { ...operation, verb: 'delete', namespace: 'bank', claimed } }),
    ended(3, DENIED, { decision: { effect: 'deny', rule: 'never' } }),
  ])
    writing.append(event);
  await writing.close();
  return folder;
}

function search(folder: string, ...args: readonly string[]): readonly number[] {
  const argv = [...entry, 'sessions', 'search', ...args, '--journal', folder, '-o', 'json'];
  const { stdout, stderr, status } = spawnSync(program, argv, { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
  return JSON.parse(stdout).items.map(({ id }: { id: string }) => Number(id.slice(-6)));
}

test('a search takes the index where a gateway keeps one, finds with it what is kept of bodies too, and writes none to a journal that has none', async () => {
  const folder = await journal();
  const asked = [['kubectl'], ['--namespace', 'bank'], ['--decision', 'deny', '--rule', 'never'], ['--limit', '2']];
  const scanned = asked.map((args) => search(folder, ...args));
  assert.deepEqual(scanned, [[3], [3], [3], [2, 3]]);
  assert.deepEqual(search(folder, 'teapot'), []);
  assert.ok(!readdirSync(folder).includes('catalog.db'));
  new JournalCatalog(folder, catalogFile(folder)).close();
  assert.deepEqual(
    asked.map((args) => search(folder, ...args)),
    scanned,
  );
  assert.deepEqual(search(folder, 'teapot'), [2]);
});

test('a list as JSON is its items and where it goes on, with the words of the control plane', async () => {
  const folder = await journal();
  const list = (...args: readonly string[]) => {
    const { stdout } = spawnSync(program, [...entry, 'sessions', ...args, '--journal', folder, '-o', 'json']);
    const { items, next } = JSON.parse(String(stdout));
    return { ids: items.map(({ id }: { id: string }) => id), next, first: items[0] };
  };
  const { first, ...listed } = list('list');
  assert.deepEqual(listed, { ids: [sessionId(1)], next: null });
  const { caller } = begun(1);
  assert.deepEqual([first.caller.subject, first.caller.issuer, first.target], [caller.subject, caller.issuer, 'prod']);
  assert.equal(first.startedAt, new Date(begun(1).at).toISOString());
  for (const words of [['show', sessionId(1)], ['search'], ['search', '--target', 'prod']]) {
    const asked = (max: string) => list(...words, '--limit', max);
    const latest = [2, 3].map(exchangeId);
    assert.deepEqual([asked('3').ids.length, asked('3').next], [3, null]);
    assert.deepEqual([asked('2').ids, asked('2').next], [latest, latest[0]]);
  }
  assert.deepEqual(list('search', '--namespace', 'nowhere'), { ids: [], next: null, first: undefined });
  const writing = await opened(folder);
  writing.append(begun(4, { session: sessionId(2) }));
  await writing.close();
  const cut = list('list', '--limit', '1');
  assert.deepEqual([cut.ids, cut.next], [[sessionId(2)], sessionId(2)]);
});

test('a journal is followed: sessions as they begin, exchanges as they end', async () => {
  const folder = await journal();
  const follow = (...args: readonly string[]) =>
    startChild(program, [...entry, 'sessions', ...args, '--journal', folder, '-f']);
  const [list, show, lines] = [
    follow('list'),
    follow('show', sessionId(1)),
    follow('show', sessionId(1), '-o', 'json'),
  ];
  await Promise.all([
    list.until(new RegExp(`${sessionId(1)} .* ci:deployer`)),
    show.until(/never/),
    lines.until(/"rule":"never"/),
  ]);
  const writing = await opened(folder);
  const stream = { argv: ['sh'], tty: true };
  for (const event of [
    begun(4, { operation: { ...operation, name: 'web-4', subresource: 'exec', stream } }),
    begun(5, { operation: { ...operation, name: 'web-5' } }),
    begun(6, { session: sessionId(2) }),
  ])
    writing.append(event);
  writing.append(ended(5));
  await writing.close();
  await Promise.all([
    list.until(new RegExp(`${sessionId(2)} .* ci:deployer`)),
    show.until(/default\/web-4 +open/),
    show.until(/default\/web-5 +answered/),
    lines.until(/"name":"web-5".*"kind":"answered"/),
  ]);
  assert.doesNotMatch(show.said(), /web-5 +open/);
  for (const child of [list, show, lines]) {
    child.kill('SIGTERM');
    await child.ended;
  }
});

test('a recording is played by the index as without it, and what has none is told so', async () => {
  const folder = mkdtempSync(join(root, 'journal-'));
  const packs = new PackWriter(folder);
  const cast = new CastLines({ form: 'terminal', at: START_AT, command: ['sh'] });
  const said = [1, 2, 3].map((n) =>
    packs.put(Buffer.from(cast.bytes('o', START_AT + n, Buffer.from(`line ${n}\r\n`)))),
  );
  const last = packs.put(Buffer.from(cast.end(START_AT + 9, 17)));
  packs.close();
  const about = {
    type: 'exchange.recorded',
    at: START_AT,
    exchange: exchangeId(1),
    part: 'stream',
    form: 'terminal',
  } as const;
  const writing = await opened(folder);
  writing.append(begun(1));
  for (const ref of said) writing.append({ ...about, pieces: [ref], bytes: 20 });
  writing.append({ ...about, pieces: [last], bytes: 9, end: { isWhole: true, bytes: 24, exitCode: 17 } });
  writing.append(ended(1));
  writing.append(begun(2));
  writing.append(ended(2));
  await writing.close();
  const replay = (n: number) => {
    const argv = [...entry, 'sessions', 'replay', exchangeId(n), '--journal', folder, '--text'];
    const { stdout, stderr, status } = spawnSync(program, argv, { encoding: 'utf8' });
    return [status, stdout, stderr];
  };
  const scanned = [replay(1), replay(2)];
  assert.deepEqual(scanned[0], [0, 'line 1\nline 2\nline 3\n', 'ended with exit code 17\n']);
  assert.match(String(scanned[1]), /nothing that could be played is kept/);
  new JournalCatalog(folder, catalogFile(folder)).close();
  assert.deepEqual([replay(1), replay(2)], scanned);
});
