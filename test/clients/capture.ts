// `node test/clients/capture.ts`: runs the whole table through a recording proxy and writes what the clients sent to
// test/vectors/client-requests.json: the corpus for tests of what must never be refused. Names and versions that the cluster chose become
// fixed ones, headers that say nothing to a parser are dropped, and equal requests are kept once.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '../support/cluster.ts';
import { type SeenRequest, startRecordingProxy } from '../support/recording-proxy.ts';
import { bindCaller, CALLER } from '../support/test-cluster.ts';
import { runPart } from './run-part.ts';
import { table } from './table.ts';

/** One request of the corpus. */
interface CorpusRequest {
  readonly clients: string[];
  readonly httpVersion: string;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
}

const silentHeaders =
  /^(host|user-agent|origin|content-length|kubectl-session|kubectl-command|sec-websocket-key|if-none-match|if-modified-since)$/;

const cluster = await startCluster({ node: true });
const folder = mkdtempSync(join(tmpdir(), 'sallyport-capture-'));
const corpus = new Map<string, CorpusRequest>();
await bindCaller(cluster);
cluster.certificateKubeconfig(join(folder, 'direct'), CALLER.user, CALLER.groups);
for (const part of table) {
  const proxy = await startRecordingProxy(cluster, `caller-${CALLER.user}`);
  const namespace = `capture-${part.client.replaceAll('.', '-')}`;
  await runPart(part, { kubeconfig: proxy.kubeconfig(join(folder, 'proxy')) }, cluster, namespace);
  for (const seen of proxy.seen) keep(seen, part.client, namespace);
  proxy.stop();
}
const lines = [...corpus.entries()]
  .toSorted(([a], [b]) => (a < b ? -1 : 1))
  .map(([, request]) => JSON.stringify(request));
writeFileSync(join(import.meta.dirname, '..', 'vectors', 'client-requests.json'), `[\n${lines.join(',\n')}\n]\n`);
process.stdout.write(`${lines.length} different requests\n`);
rmSync(folder, { recursive: true });
cluster.stop();

function keep(seen: SeenRequest, client: string, namespace: string): void {
  const target = seen.target
    .replaceAll(namespace, 'table')
    .replaceAll(/(uid(?:%3D|=))[0-9a-f-]{36}/gi, '$100000000-0000-0000-0000-000000000000')
    .replaceAll(/(resourceVersion=)[1-9]\d*/g, '$11')
    .replaceAll(/(continue=)[^&]+/g, '$1next')
    .replaceAll(/(timeoutSeconds=)\d+/g, '$1300')
    .replaceAll(/(timeout=)\w+/g, '$15m0s')
    .replaceAll(/-[bcdfghjklmnpqrstvwxz2456789]{5}(?=[/?&%]|$)/g, '-xxxxx')
    .replaceAll(/-[0-9a-f]{8,10}(?=-xxxxx)/g, '-0000000000');
  const headers = seen.headers.filter(([name]) => !silentHeaders.test(name));
  const key = JSON.stringify([target, seen.method, seen.httpVersion, headers]);
  const known = corpus.get(key) ?? { clients: [], httpVersion: seen.httpVersion, method: seen.method, target, headers };
  if (!known.clients.includes(client)) known.clients.push(client);
  corpus.set(key, known);
}
