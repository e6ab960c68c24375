import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { verifyJournal } from '../../src/cli/journal.ts';
import { verifierKey } from '../../src/recording/checkpoint.ts';
import { checkSeals } from '../../src/segments/check-seals.ts';
import { signingKey } from '../../src/segments/signing-key.ts';
import { openJournal } from '../../src/storage/open-journal.ts';
import { exchangeId } from '../support/journal-events.ts';
import { journalOf } from '../support/journal-of.ts';

/** How many times the process is killed; `npm run soak` kills it a thousand times. */
const KILLS = Number(process.env['SALLYPORT_KILLS'] ?? 50);

test('T62: killed at any moment while it keeps what passes and seals, it has every intent that it acknowledged, and nothing that is not whole', {
  timeout: 180_000 + KILLS * 5_000,
}, async () => {
  const root = mkdtempSync(join(tmpdir(), 'sallyport-kept-'));
  const [folder, keyFile] = [join(root, 'journal'), join(root, 'signing.key')];
  try {
    const acknowledged: number[] = [];
    let child = startChild(folder, keyFile, 0);
    for (let kill = 0; kill < KILLS; kill++) {
      const next = startChild(folder, keyFile, (kill + 1) * 10_000);
      // Every second one only once something was kept: the thread that keeps may begin later than a quick machine acknowledges.
      acknowledged.push(...(await killed(child, 20 + ((kill * 161) % 300), kill % 2 === 1)));
      child = next;
    }
    child.kill('SIGKILL');
    const verifier = (origin: string) => verifierKey(origin, signingKey({ file: keyFile, isOwn: false }));
    assert.equal((await checkSeals(folder, { verifier, sealsMax: 100_000 })).fault, undefined, 'it would start');
    const journal = await openJournal({ folder, gateway: 'test' });
    await journal.close();
    const found = await verifyJournal(folder, verifier('sallyport/child'));
    assert.deepEqual([found.sentence, found.holds], ['', true]);
    assert.ok(found.pieces.checked > 0, 'what was kept is there');
    assert.ok(
      readdirSync(folder).some((name) => name.endsWith('.seal')),
      'some are sealed',
    );
    const events = await journalOf(folder);
    const of = (type: string) =>
      events.flatMap((event) => (event.type === type && 'exchange' in event ? [event.exchange as string] : []));
    const [permitted, begun, ended] = [
      new Set(of('exchange.permitted')),
      new Set(of('exchange.begun')),
      of('exchange.ended'),
    ];
    for (const n of acknowledged) assert.ok(permitted.has(exchangeId(n)), `intent ${n} was acknowledged`);
    assert.deepEqual(new Set(ended), begun, 'each exchange that began has ended, by itself or as lost');
    assert.equal(ended.length, begun.size, 'and only once');
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

/** One that waits to be told to begin. */
function startChild(folder: string, keyFile: string, first: number) {
  const argv = [join(import.meta.dirname, 'kept-child.ts'), folder, keyFile, String(first)];
  return spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** The numbers that a child acknowledged before it was killed, which happens once there are `after` of them, counted from when something was kept where `hasKept`. */
async function killed(
  child: ReturnType<typeof startChild>,
  after: number,
  hasKept: boolean,
): Promise<readonly number[]> {
  const exited = once(child, 'exit');
  child.stdin.write('begin\n');
  let text = '';
  const said = () => text.split('\n').slice(0, -1); // The last is cut off, or empty.
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout) {
    text += chunk;
    const lines = said();
    const from = hasKept ? lines.indexOf('kept') : 0;
    if (from >= 0 && lines.slice(from).filter(isNumber).length >= after) child.kill('SIGKILL');
  }
  assert.deepEqual(await exited, [null, 'SIGKILL']);
  return said().filter(isNumber).map(Number);
}

const isNumber = (line: string) => line !== 'kept';
