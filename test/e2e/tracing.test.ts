// Traces as a collector gets them over OTLP/HTTP: a gateway's process before a stand-in, and what is told of one exchange.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { Agent, request } from 'undici';
import { makeSite, type Running, type Site } from '../support/gateway-process.ts';

const CALLERS = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const TRACEPARENT = `00-${CALLERS.traceId}-${CALLERS.spanId}-01`;
const READ = '/api/v1/namespaces/default/pods?fieldSelector=metadata.name%3Dsecret-looking-name';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

async function startCollector() {
  const messages: { readonly headers: Readonly<Record<string, unknown>>; readonly body: string }[] = [];
  const server = createServer(async (asked, response) => {
    messages.push({ headers: asked.headers, body: await text(asked) });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1/traces`,
    messages,
    spans: (): readonly Span[] =>
      messages.flatMap(({ body }) =>
        JSON.parse(body).resourceSpans.flatMap((one: { scopeSpans: readonly { spans: readonly Span[] }[] }) =>
          one.scopeSpans.flatMap(({ spans }) => spans),
        ),
      ),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** One request to a gateway with this `tracing`; what its collector and its target got once it has stopped. */
async function traced(
  tracing: (url: string) => string,
  options: { readonly path?: string; readonly header?: string; readonly token?: string } = {},
) {
  const collector = await startCollector();
  const site = await makeSite();
  try {
    writeFileSync(join(site.folder, 'headers'), 'x-api-key: of-the-collector\n', { mode: 0o600 });
    writeFileSync(site.configFile, `${readFileSync(site.configFile, 'utf8')}${tracing(collector.url)}`);
    const running = await site.start();
    const token = options.token ?? (await site.token());
    const status = await ask(site, running, token, options);
    running.child.kill('SIGTERM');
    assert.equal(await running.child.ended, 0, running.child.said());
    const arrived = site.standins[0]?.requests.filter(({ target }) => target.startsWith('/api/v1/namespaces')) ?? [];
    return {
      status,
      token,
      collector,
      spans: collector.spans(),
      upstream: arrived.map(({ rawHeaders }) => headerOf(rawHeaders)),
    };
  } finally {
    await site.stop();
    await collector.stop();
  }
}

async function ask(
  site: Site,
  { url }: Running,
  token: string,
  options: { readonly path?: string; readonly header?: string },
) {
  const dispatcher = new Agent({ connect: { ca: readFileSync(join(site.folder, 'data/ca.crt'), 'utf8') } });
  const headers = {
    authorization: `Bearer ${token}`,
    tracestate: 'of=caller',
    ...(options.header === undefined ? {} : { traceparent: options.header }),
  };
  try {
    const { statusCode, body } = await request(`${url}/k8s/target-0${options.path ?? READ}`, { dispatcher, headers });
    await body.dump();
    return statusCode;
  } finally {
    await dispatcher.close();
  }
}

function headerOf(rawHeaders: readonly string[]): {
  readonly traceparent: string | undefined;
  readonly tracestate: boolean;
} {
  const at = rawHeaders.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'traceparent');
  return {
    traceparent: at === -1 ? undefined : rawHeaders[at + 1],
    tracestate: rawHeaders.some((name) => name.toLowerCase() === 'tracestate'),
  };
}

const SERVER = 2;
const CLIENT = 3;

test('an exchange and its way upstream are steps of the trace of a caller whose word is taken, and the target continues it', async () => {
  const { status, spans, upstream } = await traced((url) => `tracing: { url: "${url}", takeFrom: [127.0.0.1] }\n`, {
    header: TRACEPARENT,
  });
  assert.equal(status, 200);
  const server = spans.find(({ kind }) => kind === SERVER);
  const client = spans.find(({ kind }) => kind === CLIENT);
  assert.deepEqual([server?.traceId, server?.parentSpanId], [CALLERS.traceId, CALLERS.spanId]);
  assert.deepEqual([client?.traceId, client?.parentSpanId], [CALLERS.traceId, server?.spanId]);
  assert.deepEqual(upstream, [{ traceparent: `00-${CALLERS.traceId}-${client?.spanId}-01`, tracestate: false }]);
});

test('anybody else’s word is dropped: a trace begins here, and the caller does not choose whether it is told', async () => {
  const none = await traced((url) => `tracing: { url: "${url}", sampleRatio: 0 }\n`, { header: TRACEPARENT });
  assert.deepEqual(none.spans, []);
  assert.match(none.upstream[0]?.traceparent ?? '', /-00$/, 'the target is told that nobody is');
  const all = await traced((url) => `tracing: { url: "${url}", sampleRatio: 1, takeFrom: [10.0.0.0/8] }\n`, {
    header: TRACEPARENT,
  });
  assert.equal(all.spans.length, 2);
  assert.ok(all.spans.every(({ traceId }) => traceId !== CALLERS.traceId));
});

test('a span names exchange, target, method and status, and nothing of the caller, its token, path or query', async () => {
  const { spans, token, collector } = await traced(
    (url) => `tracing: { url: "${url}", sampleRatio: 1, headersFile: headers }\n`,
  );
  const keys = [...new Set(spans.flatMap(({ attributes }) => attributes.map(({ key }) => key)))].sort();
  assert.deepEqual(keys, [
    'http.request.method',
    'http.response.status_code',
    'network.protocol.version',
    'sallyport.exchange',
    'sallyport.target',
  ]);
  for (const { headers, body } of collector.messages) {
    assert.equal(headers['x-api-key'], 'of-the-collector');
    for (const secret of [token, 'secret-looking-name', 'of-the-collector', 'dev', 'default/pods', 'of=caller'])
      assert.ok(!body.includes(secret), secret);
  }
});

test('what is refused is a step without a way upstream', async () => {
  const { status, spans } = await traced((url) => `tracing: { url: "${url}", sampleRatio: 1 }\n`, {
    path: '/api/v1/namespaces/default/secrets',
  });
  assert.equal(status, 403);
  assert.deepEqual(
    spans.map(({ kind }) => kind),
    [SERVER],
  );
  const unknown = await traced((url) => `tracing: { url: "${url}", sampleRatio: 1 }\n`, { token: 'none' });
  assert.deepEqual([unknown.status, unknown.spans.length], [401, 1]);
});

test('a target that is to know nothing of traces gets no word of one', async () => {
  const { upstream, spans } = await traced(
    (url) => `tracing: { url: "${url}", sampleRatio: 1, passUpstream: false }\n`,
    { header: TRACEPARENT },
  );
  assert.equal(spans.length, 2);
  assert.deepEqual(upstream, [{ traceparent: undefined, tracestate: false }]);
});

test('a collector that is away holds nothing up, and the log says so once', async () => {
  const { status } = await traced(() => 'tracing: { url: "http://127.0.0.1:1/v1/traces", sampleRatio: 1 }\n');
  assert.equal(status, 200);
});

test('without `tracing` nothing is told, and a caller’s header passes as it came', async () => {
  const { spans, upstream } = await traced(() => '', { header: TRACEPARENT });
  assert.deepEqual(spans, []);
  assert.deepEqual(upstream, [{ traceparent: TRACEPARENT, tracestate: true }]);
});
