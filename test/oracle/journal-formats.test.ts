// What the journal tells others, read by the programs that are meant to read it: OCSF's own schema, the OpenTelemetry collector's reader, rsyslog, asciinema.

import assert from 'node:assert/strict';
import { execFile, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { castOf } from '../../src/cli/export-cast.ts';
import { otlpReceiver } from '../../src/delivery/otlp-receiver.ts';
import type { Parcel } from '../../src/delivery/receiver.ts';
import { syslogReceiver } from '../../src/delivery/syslog-receiver.ts';
import { makeCa, makeServing } from '../../src/listener/x509.ts';
import { CastLines } from '../../src/recording/cast-lines.ts';
import { CHAIN_START, sealEvent } from '../../src/recording/chain.ts';
import type { ExportedRecord, ExportFormat } from '../../src/recording/formats/exported.ts';
import { Formatter } from '../../src/recording/formats/formatter.ts';
import { cached } from '../clients/cached.ts';
import { EVERY_EVENT } from '../support/every-event.ts';
import { freePorts } from '../support/free-ports.ts';
import { leftOut } from '../support/left-out.ts';
import { buildOracle } from './build-oracle.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'sallyport-formats-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const never = new AbortController().signal;

function recordsOf(format: ExportFormat): readonly ExportedRecord[] {
  const formatter = new Formatter(format);
  let head = CHAIN_START;
  return EVERY_EVENT.flatMap((event) => {
    const { line, head: next } = sealEvent(head, event);
    head = next;
    return formatter.take({ event, seq: next.seq, hash: next.hash, line: Buffer.from(line.trimEnd()) }) ?? [];
  });
}

const parcelOf = (format: ExportFormat): Parcel => ({ gateway: 'gw-1', format, records: recordsOf(format) });

/** A Python that has OCSF's schema; undefined where it cannot be had. */
async function ocsfPython(): Promise<string | undefined> {
  if (spawnSync('python3', ['-c', 'import venv, ensurepip']).status !== 0) return undefined;
  const requirements = join(import.meta.dirname, 'ocsf', 'requirements.txt');
  try {
    const made = await cached({
      name: 'ocsf',
      origin: 'OCSF’s schema (25 MB)',
      sources: [requirements],
      async make(into) {
        await run('python3', ['-m', 'venv', join(into, 'venv')]);
        const install = ['-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', requirements];
        await run(join(into, 'venv/bin/python'), install);
      },
    });
    return join(made, 'venv/bin/python');
  } catch (error) {
    if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|Could not fetch|No matching distribution/.test(String(error)))
      return undefined;
    throw error;
  }
}

const python = await ocsfPython();
if (python === undefined) leftOut('the journal as OCSF against its schema', 'apt-get install python3-venv');
else
  test('every event that OCSF has a class for is valid under OCSF’s own schema of 1.8.0', () => {
    const records = recordsOf('ocsf');
    const input = records.map(({ text }) => `${text}\n`).join('');
    const program = join(import.meta.dirname, 'ocsf', 'validate.py');
    const { stdout, stderr } = spawnSync(python, [program], { input, encoding: 'utf8', maxBuffer: 1 << 26 });
    const faults = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as string[]);
    assert.equal(faults.length, records.length, stderr);
    assert.deepEqual(
      faults.flatMap((own, i) => own.map((fault) => `${records[i]?.type}: ${fault}`)),
      [],
    );
    const classes = new Set(records.map(({ text }) => JSON.parse(text).class_uid as number));
    assert.deepEqual([...classes].sort(), [2004, 3002, 3004, 3005, 6002, 6003]);
  });

const reader = buildOracle('otlp', 'v1.50.0');
if (reader === undefined) leftOut('the collector’s reader of OpenTelemetry logs', 'install Go (https://go.dev/dl)');
else
  test('the OpenTelemetry collector reads every record as it was', async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      request.on('end', () => {
        bodies.push(text);
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/logs`;
    const parcels = (['jsonl', 'audit', 'ocsf'] as const).map(parcelOf);
    for (const parcel of parcels)
      assert.deepEqual(await otlpReceiver({ url, headers: undefined, ca: undefined }).take(parcel, never), {
        rejected: 0,
      });
    server.close();
    const { stdout } = spawnSync(reader, {
      input: bodies.map((body) => `${body}\n`).join(''),
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const [i, { records }] of parcels.entries()) {
      assert.deepEqual(answers[i].resource, { 'service.name': 'sallyport', 'service.instance.id': 'gw-1' });
      assert.deepEqual(
        answers[i].records.map(({ at, event, body }: Record<string, unknown>) => [at, event, body]),
        records.map(({ at, type, text }) => [at, `sallyport.${type}`, JSON.parse(text)]),
      );
    }
  });

const path = ['/usr/sbin', ...(process.env.PATH ?? '').split(delimiter)];
const rsyslogd = path.map((each) => join(each, 'rsyslogd')).find((file) => existsSync(file));
if (rsyslogd === undefined || !existsSync('/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_ossl.so'))
  leftOut('a real syslog server over TLS', 'apt-get install rsyslog rsyslog-openssl');
else describe('rsyslog over TLS', () => withRsyslog(rsyslogd));

function withRsyslog(program: string): void {
  test('has every record whole when it has taken them, and is told so only then', async () => {
    const validity = { notBefore: new Date(Date.now() - 86_400_000), notAfter: new Date(Date.now() + 86_400_000) };
    const ca = await makeCa(validity);
    const own = await makeServing({ caPem: ca.certPem, caKeyPem: ca.keyPem, names: ['127.0.0.1'], ...validity });
    const [port] = (await freePorts(1)) as [number];
    const at = (name: string) => join(folder, name);
    chmodSync(folder, 0o755);
    for (const [name, text] of [
      ['ca.pem', ca.certPem],
      ['own.pem', own.certPem],
      ['own.key', own.keyPem],
    ] as const)
      writeFileSync(at(name), text);
    writeFileSync(
      at('rsyslog.conf'),
      `global(workDirectory="${folder}" maxMessageSize="256k" defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="${at('ca.pem')}"
  defaultNetstreamDriverCertFile="${at('own.pem')}" defaultNetstreamDriverKeyFile="${at('own.key')}")
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
input(type="imtcp" port="${port}" address="127.0.0.1")
template(name="told" type="string" string="%pri% %hostname% %app-name% %msgid% %structured-data% %msg:::drop-last-lf%\\n")
action(type="omfile" file="${at('told.log')}" template="told")
`,
    );
    const said: string[] = [];
    const child = spawn(program, ['-n', '-f', at('rsyslog.conf'), '-i', at('pid')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
    try {
      for (let tries = 0; !(await answers(port)); tries++) {
        assert.ok(child.exitCode === null && tries < 1_200, said.join(''));
        await pause(50);
      }
      const receiver = syslogReceiver({ host: '127.0.0.1', port, ca: () => ca.certPem, own: undefined });
      const parcel = parcelOf('jsonl');
      const large = { ...(parcel.records[0] as ExportedRecord), text: JSON.stringify({ long: 'x'.repeat(200_000) }) };
      await receiver.take({ ...parcel, records: [...parcel.records, large] }, never);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      const lines = readFileSync(at('told.log'), 'utf8')
        .trimEnd()
        .split('\n')
        .filter((line) => line.includes(' sallyport '));
      assert.deepEqual(
        lines.map((line) => JSON.parse(line.slice(line.indexOf('{')))),
        [...parcel.records, large].map(({ text }) => JSON.parse(text)),
      );
      assert.match(lines[0] ?? '', /^110 gw-1 sallyport journal\.segment \[meta sequenceId="1"\] \{/);
    } finally {
      child.kill('SIGKILL');
    }
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const asciinema = path.map((each) => join(each, 'asciinema')).find((file) => existsSync(file));
if (asciinema === undefined || !/ 3\./.test(spawnSync(asciinema, ['--version'], { encoding: 'utf8' }).stdout))
  leftOut('asciinema over exported recordings', 'cargo install asciinema --locked');
else
  test('asciinema reads what is exported of a terminal and of a command, and no sequence reaches its reader’s terminal', async () => {
    for (const form of ['terminal', 'events'] as const) {
      const lines = new CastLines({ form, at: 1_763_715_000_000, command: ['sh'] });
      const hostile = '\u001b]0;owned\u0007\u001b]52;c;b3duZWQ=\u0007\u001b[31mred\u001b[0m\r\n';
      const text = [
        lines.resize(1_763_715_000_000, 100, 30),
        lines.bytes('o', 1_763_715_000_100, Buffer.from('one\n')),
        lines.bytes('o', 1_763_715_000_200, Buffer.from(hostile)),
        lines.end(1_763_715_000_300, 3),
      ].join('');
      const file = join(folder, `${form}.cast`);
      const cast: string[] = [];
      for await (const line of castOf(each(text.trimEnd().split('\n')))) cast.push(line);
      writeFileSync(file, `${cast.join('\n')}\n`);
      const read = (as: string): SpawnSyncReturns<string> => convert(asciinema, file, as);
      const plain = read('txt');
      assert.equal(plain.status, 0, plain.stderr);
      assert.match(plain.stdout, /^one\r?\n\s*red/);
      const raw = read('raw');
      assert.equal(raw.status, 0, raw.stderr);
      assert.doesNotMatch(raw.stdout, /\u001b\]|owned/, 'T54');
      assert.equal(raw.stdout.includes('\u001b[31m'), true);
    }
  });

function convert(program: string, file: string, as: string): SpawnSyncReturns<string> {
  return spawnSync(program, ['convert', '--output-format', as, file, '-'], { encoding: 'utf8' });
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}
