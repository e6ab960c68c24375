/*
 * `npm run protobuf -- write` makes the table of field numbers and its vectors anew, from the types of every release beside this file; `-- newer`
 * asks the Go module proxy whether there are releases that the table does not know.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { buildRelease, minorOf, printed, releasesOf } from '../releases.ts';
import { mergedFields } from './merge-fields.ts';

const FIELDS = new URL('../../../src/connectors/kubernetes/body/protobuf-fields.json', import.meta.url);
const VECTORS = new URL('../../vectors/protobuf.jsonl.gz', import.meta.url);

const releases = releasesOf('protobuf');

const commands: Readonly<Record<string, () => number>> = { write, newer };
const command = commands[process.argv[2] ?? ''];
if (command === undefined) process.stderr.write('usage: npm run protobuf -- write|newer\n');
process.exitCode = command?.() ?? 2;

function write(): number {
  const programs = releases.map((release) => buildRelease(release) ?? fail('install Go, and let it fetch modules'));
  writeFileSync(FIELDS, mergedFields(programs.map((program) => printed(program, ['fields']))));
  const vectors = printed(programs.at(-1) as string, ['vectors', '2', '1']);
  const head = JSON.stringify({ version: `k8s.io/api ${releases.at(-1)?.version}` });
  writeFileSync(VECTORS, gzipSync(`${head}\n${vectors}`, { level: 9 }));
  return 0;
}

function newer(): number {
  const { stdout, stderr, status } = spawnSync('go', ['list', '-m', '-versions', '-json', 'k8s.io/api'], {
    cwd: releases.at(-1)?.folder,
    encoding: 'utf8',
  });
  if (status !== 0) fail(stderr);
  const stable = (JSON.parse(stdout) as { Versions: string[] }).Versions.filter((each) => /^v0\.\d+\.\d+$/.test(each));
  // A patch release changes no API.
  const newest = minorOf(releases.at(-1)?.version ?? '');
  const unknown = stable.filter((each) => minorOf(each) > newest);
  const known = releases.map(({ version }) => version).join(', ');
  if (unknown.length === 0) process.stdout.write(`the table knows the newest releases of k8s.io/api: ${known}\n`);
  else
    process.stdout.write(
      `the table knows ${known}; newer are ${unknown.join(', ')}: name them in the go.mod of their folder, then \`npm run protobuf -- write\`\n`,
    );
  return unknown.length === 0 ? 0 : 1;
}

function fail(sentence: string): never {
  process.stderr.write(`protobuf: ${sentence}\n`);
  process.exit(1);
}
