/* What one caller can make the gateway hold, by requests that never end. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const REQUESTS_MAX = 4;

let world: SmallWorld;
const sockets: TLSSocket[] = [];

before(async () => {
  world = await startSmallWorld({ config: `limits: { requestsPerCallerMax: ${REQUESTS_MAX} }\n` });
});
after(async () => {
  for (const socket of sockets) socket.destroy();
  await world.stop();
});

/** Sends a request whose body never ends; `answered` gives the first bytes of an answer. */
async function unended(token: string): Promise<{ readonly answered: Promise<string> }> {
  const { hostname, port, host } = new URL(world.gateway.url);
  const ca = await readFile(join(world.folder, 'data', 'ca.crt'), 'utf8');
  const socket = connect({ host: hostname, port: Number(port), ca });
  sockets.push(socket);
  socket.on('error', () => {});
  const answered = new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(bytes.toString('latin1'))));
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  socket.write(
    `POST /k8s/demo/api/v1/namespaces/shop/configmaps HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\nExpect: 100-continue\r\n` +
      'Content-Type: application/json\r\nContent-Length: 9000\r\n\r\n{',
  );
  return { answered };
}

test('T57: bodies that have not arrived count as requests under way, of their caller alone', async () => {
  const token = await world.token('flood');
  for (let i = 0; i < REQUESTS_MAX; i++) {
    const { answered } = await unended(token);
    assert.match(await answered, /^HTTP\/1\.1 100 /, 'the body is asked for');
  }
  const { answered } = await unended(token);
  assert.match(await answered, /^HTTP\/1\.1 429 /, 'nothing more is asked for');
  assert.equal((await world.ask({ token: await world.token('other'), uri: '/version' })).status, 200);
});
