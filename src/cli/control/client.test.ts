import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CliError } from '../cli-error.ts';
import { approvalsCommand } from './approvals.ts';
import { controlClient, StreamEnded } from './client.ts';
import { grantsCommand } from './grants.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-client-'));
const tokenFile = join(folder, 'token');
writeFileSync(tokenFile, 'a token');
after(() => rmSync(folder, { recursive: true }));

/** The address of a control plane that answers so, until the test's end. */
async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const envOf = (server: string) => ({ SALLYPORT_SERVER: server, SALLYPORT_TOKEN_FILE: tokenFile });

/** What is told of a question that failed. */
async function told(server: string, ask = '/who'): Promise<string> {
  const asked = await controlClient(envOf(server));
  try {
    if (ask.endsWith('/events')) for await (const _ of asked.events(ask));
    else await asked.ask('GET', ask);
  } catch (error) {
    assert.ok(error instanceof CliError, String((error as Error).stack));
    return error.message;
  } finally {
    await asked.close();
  }
  return '';
}

test('where no gateway runs, it is said so, by an address and by a name of several', async () => {
  for (const host of ['127.0.0.1', 'localhost'])
    assert.equal(
      await told(`http://${host}:1`),
      `the control plane at http://${host}:1 cannot be asked: nothing listens there: is the gateway running, with \`console\` in its configuration?`,
    );
});

test('what breaks off is told in a sentence: an answer, and what tells of changes', async () => {
  const server = await answering((_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('data: {}\n');
    setImmediate(() => response.destroy());
  });
  for (const path of ['/who', '/grants/events'])
    assert.match(await told(server, path), /^the control plane at http:\S+ broke off its answer: /);
});

test('what is no control plane is told apart', async () => {
  const server = await answering((_, response) => void response.end('<html>'));
  assert.match(await told(server), /does not answer as a control plane: is it the console’s address\?$/);
});

test('what `watch` prints of others is nothing that a terminal would obey (T54)', async (t) => {
  const subject = 'web\u009b31m\u202e';
  const common = { id: 'g', state: 'pending', holder: { subject }, scopes: [], uses: 0, asker: { subject } };
  const event = { ...common, target: 'prod', shown: { operation: `delete ${subject}` }, closesAt: '' };
  const env = envOf(await answering((_, response) => void response.end(`data: ${JSON.stringify(event)}\n\n`)));
  const { write } = process.stdout;
  t.after(() => {
    process.stdout.write = write;
  });
  let said = '';
  // The runner’s own reports are bytes.
  process.stdout.write = ((text: string | Uint8Array) => {
    if (typeof text !== 'string') return write.call(process.stdout, text);
    said += text;
    return true;
  }) as typeof write;
  for (const make of [grantsCommand, approvalsCommand])
    for (const output of ['table', 'json'])
      await make(env)
        .parseAsync(['node', 'sallyport', 'watch', '-o', output])
        .catch(() => {});
  process.stdout.write = write;
  const lines = said.split('\n').filter((line) => line.includes('web'));
  assert.equal(lines.length, 4, said);
  for (const line of lines) {
    assert.doesNotMatch(line, /\p{C}/u);
    assert.match(line, /web\\u009b31m\\u202e/);
  }
});

test('`watch` ends with a fault where the gateway ends: it would be taken for one that was ended by hand', async () => {
  const env = envOf(await answering((_, response) => void response.end()));
  for (const command of [grantsCommand(env), approvalsCommand(env)])
    await assert.rejects(command.parseAsync(['node', 'sallyport', 'watch', '-o', 'json']), StreamEnded);
});
