/*
 * A gateway whose journal stands on a small disk that fills and empties again; prints what it answered at each step. The disk is that of the folder for
 * temporary files, in which worlds are made.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSmallWorld } from '../support/small-world.ts';

const MEBIBYTE = 1024 * 1024;
const world = await startSmallWorld({
  config: `journal: { freeBytesMin: ${16 * MEBIBYTE}, freeBytesWarn: ${32 * MEBIBYTE} }\n`,
});
const token = await world.token('dev');
const ready = async () => (await fetch(`${world.gateway.privateUrl}/readyz`)).text();
const steps: Record<string, { readonly status: number; readonly ready: string; readonly broken: string | undefined }> =
  {};

/** Waits until `/readyz` says so, and asks once. */
async function step(name: string, pattern: RegExp): Promise<void> {
  while (!pattern.test(await ready())) await new Promise(setImmediate);
  const { status } = await world.ask({ token, uri: '/api/v1/namespaces/shop/configmaps', method: 'GET' });
  const metrics = await (await fetch(`${world.gateway.privateUrl}/metrics`)).text();
  steps[name] = { status, ready: await ready(), broken: /^sallyport_journal_broken (.*)$/m.exec(metrics)?.[1] };
}

const ballast = (name: string, mebibytes: number) =>
  writeFileSync(join(tmpdir(), name), Buffer.alloc(mebibytes * MEBIBYTE, 1));

await step('enough', /^ready\n$/);
ballast('first', 40);
await step('low', /nearly full/);
ballast('second', 12);
await step('none', /^not ready/);
const begun = (await world.events()).filter(({ type }) => type === 'exchange.begun').length;
rmSync(join(tmpdir(), 'first'));
rmSync(join(tmpdir(), 'second'));
await step('again', /^ready\n$/);
await world.stop();
process.stdout.write(JSON.stringify({ steps, begun }));
