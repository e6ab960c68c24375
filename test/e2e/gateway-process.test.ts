// `sallyport gateway` as a process: how it starts, follows its files, stops, and what is left of it when it is killed.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Agent, request } from 'undici';
import { makeLoopbackCertificate } from '../../demo/standin/certificate.ts';
import { runChild } from '../support/child.ts';
import { ask, CLI, makeSite, READ_ONLY, type Running, type Site } from '../support/gateway-process.ts';
import { journalOf } from '../support/journal-of.ts';
import { servedName } from '../support/served-name.ts';

const PODS = '/k8s/target-0/api/v1/namespaces/shop/pods';
const SERVICES = '/k8s/target-0/api/v1/namespaces/shop/services';
const [program, ...cli] = CLI;

describe('a gateway that runs', () => {
  let site: Site;
  let running: Running;
  let caller: { token: string; caFile: string };
  before(async () => {
    site = await makeSite({ config: 'limits: { stopTimeoutMs: 200 }\n' });
    running = await site.start();
    caller = { token: await site.token(), caFile: join(site.folder, 'data/ca.crt') };
  });
  after(() => site.stop());

  test('it serves, and its private port tells health, readiness and metrics', async () => {
    assert.equal((await ask(running.url + PODS, caller)).status, 200);
    assert.deepEqual(await ask(`${running.privateUrl}/healthz`), { status: 200, body: 'ok\n' });
    assert.deepEqual(await ask(`${running.privateUrl}/readyz`), { status: 200, body: 'ready\n' });
    const { body } = await ask(`${running.privateUrl}/metrics`);
    assert.match(body, /^sallyport_exchanges_total\{target="target-0",outcome="answered",code="200"\} 1$/m);
  });

  test('a second gateway on its journal is refused with a sentence', async () => {
    const { code, output } = await runChild(program, [...cli, 'gateway', '--config', site.configFile]);
    const folder = join(site.folder, 'data/journal');
    assert.equal(output, `sallyport: another gateway writes the journal in \`${folder}\`; give each its own folder\n`);
    assert.equal(code, 2);
  });

  test('a port that is taken is told in a sentence, and the gateway ends', async () => {
    const { port } = new URL(running.privateUrl);
    const config = join(site.folder, 'taken.yaml');
    const text = readFileSync(site.configFile, 'utf8').replace('dataFolder: data', 'dataFolder: other');
    writeFileSync(config, text.replace('private: { port: 0 }', `private: { port: ${port} }`));
    const { code, output } = await runChild(program, [...cli, 'gateway', '--config', config]);
    assert.match(output, new RegExp(`^sallyport: 127\\.0\\.0\\.1 port ${port} cannot be had: another .* there$`, 'm'));
    assert.equal(code, 2);
  });

  test('T55: an error that nothing catches ends it, and is told without what it quotes', async () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const thrower = `process.on('SIGUSR2', () => { throw new Error('quoted ${token}') })`;
    const other = await makeSite();
    try {
      const { child } = await other.start([program, '--import', `data:text/javascript,${thrower}`, ...cli]);
      child.kill('SIGUSR2');
      assert.equal(await child.ended, 1);
      assert.match(child.said(), /"error":"Error: quoted [^"]*","msg":"the gateway ends: nothing caught an error"/);
      assert.doesNotMatch(child.said(), new RegExp(token));
    } finally {
      await other.stop();
    }
  });

  test('SIGHUP has it look at its policy files', async () => {
    assert.equal((await ask(running.url + SERVICES, caller)).status, 403);
    writeFileSync(site.policyFile, READ_ONLY.replace('[pods, configmaps]', '[pods, configmaps, services]'));
    running.child.kill('SIGHUP');
    await running.child.until(/policy loaded[\s\S]*policy loaded/);
    assert.equal((await ask(running.url + SERVICES, caller)).status, 200);
  });

  test('killed in the middle, its intent is in the journal, and the next start closes it as lost', async () => {
    const watch = await startWatch(running, caller);
    running.child.kill('SIGKILL');
    assert.equal(await running.child.ended, 'SIGKILL');
    await watch.ended;

    running = await site.start();
    const events = await journalOf(join(site.folder, 'data/journal'));
    const lost = events.flatMap((event) =>
      event.type === 'exchange.ended' && event.outcome.kind === 'lost' ? [event.exchange] : [],
    );
    const intents = events.filter((event) => event.type === 'exchange.begun' && lost.includes(event.exchange));
    assert.deepEqual(
      intents.map((event) => event.type === 'exchange.begun' && [event.caller.subject, event.operation?.verb]),
      [['dev', 'watch']],
    );
    assert.equal((await ask(running.url + PODS, caller)).status, 200);
  });

  test('SIGTERM ends its streams and it stops: the journal says so, and the exit code is 0', async () => {
    const watch = await startWatch(running, caller);
    running.child.kill('SIGTERM');
    running.child.kill('SIGTERM');
    assert.equal(await running.child.ended, 0, running.child.said());
    await watch.ended;
    const events = await journalOf(join(site.folder, 'data/journal'));
    const [stopped] = events.slice(-1);
    assert.deepEqual(stopped?.type === 'gateway.stopped' && stopped.reason, 'SIGTERM');
    const begun = events.flatMap((event) => (event.type === 'exchange.begun' ? [event.exchange] : []));
    const ended = events.flatMap((event) => (event.type === 'exchange.ended' ? [event.exchange] : []));
    assert.deepEqual(begun.toSorted(), ended.toSorted());
  });
});

test('every mistake of a configuration is listed at once, with its place, and the exit code is 2', async () => {
  const site = await makeSite();
  try {
    const mistaken = readFileSync(site.configFile, 'utf8')
      .replace('listen: { port: 0 }', 'listen: { port: 70000 }')
      .replace('dataFolder', 'dataFoldr')
      .replace('reader-0', 'reader-none');
    writeFileSync(site.configFile, mistaken);
    const { code, output } = await runChild(program, [...cli, 'gateway', '--config', 'sallyport.yaml'], {
      cwd: site.folder,
    });
    const lines = output.trimEnd().split('\n');
    assert.equal(lines.length, 3, output);
    const places = [
      '3:1: .*dataFoldr',
      '4:\\d+: listen.port: expected a port',
      '11:15: targets\\[0\\].reader.tokenFile: .*there is no file',
    ];
    for (const [i, place] of places.entries()) assert.match(lines[i] ?? '', new RegExp(`/sallyport.yaml:${place}`));
    assert.equal(code, 2);
  } finally {
    await site.stop();
  }
});

test('a target that cannot be reached is told to the operator with the cause, which the caller does not see', async () => {
  const site = await makeSite();
  try {
    const url = site.standins[0]?.url ?? '';
    writeFileSync(site.configFile, readFileSync(site.configFile, 'utf8').replace(url, 'https://127.0.0.1:9'));
    const running = await site.start();
    const caller = { token: await site.token(), caFile: join(site.folder, 'data/ca.crt') };
    for (const [path, code] of [
      [PODS, 'DISCOVERY_UNAVAILABLE'],
      ['/k8s/target-0/version', 'UPSTREAM_UNREACHABLE'],
    ] as const) {
      const { body } = await ask(running.url + path, caller);
      assert.match(body, new RegExp(code));
      assert.doesNotMatch(body, /ECONNREFUSED/);
      await running.child.until(new RegExp(`"target":"target-0","code":"${code}","detail":"[^"]*ECONNREFUSED`));
    }
  } finally {
    await site.stop();
  }
});

test('a certificate from files is followed as they change; a pair that cannot be used never replaces one that can', async () => {
  const [first, second] = [
    await makeLoopbackCertificate('first', Date.now()),
    await makeLoopbackCertificate('second', Date.now()),
  ];
  const site = await makeSite({ config: 'tls: { certificateFile: tls.crt, keyFile: tls.key }\n' });
  const place = ({ certPem, keyPem }: { certPem: string; keyPem: string }) => {
    writeFileSync(join(site.folder, 'tls.crt'), certPem);
    writeFileSync(join(site.folder, 'tls.key'), keyPem);
  };
  try {
    place(first);
    const { child, url, privateUrl } = await site.start();
    assert.equal(await servedName(url), 'first');
    place({ ...second, keyPem: first.keyPem });
    await child.until(/the changed certificate is refused/);
    assert.deepEqual(await ask(`${privateUrl}/readyz`), {
      status: 200,
      body: 'ready\n- the certificate’s files are refused, an older one is in force: the key belongs to another certificate\n',
    });
    assert.equal(await servedName(url), 'first');
    place(second);
    await child.until(/a changed certificate is in force/);
    assert.equal((await ask(`${privateUrl}/readyz`)).body, 'ready\n');
    assert.equal(await servedName(url), 'second');
  } finally {
    await site.stop();
  }
});

describe('where a request is for', () => {
  let site: Site;
  let running: Running;
  before(async () => {
    site = await makeSite({
      targets: ['    hostNames: [zero.test]\n', '    hostNames: [one.test]\n    port: 0\n'],
    });
    running = await site.start();
  });
  after(() => site.stop());

  const TABLE: readonly (readonly [
    how: string,
    ask: { path: string; host?: string; ownPort?: true },
    target: string,
  ])[] = [
    ['by path', { path: '/k8s/target-0' }, 'target-0'],
    ['by path', { path: '/k8s/target-1' }, 'target-1'],
    ['by host name', { path: '', host: 'zero.test' }, 'target-0'],
    ['by host name', { path: '', host: 'one.test' }, 'target-1'],
    ['by a port of its own', { path: '', ownPort: true }, 'target-1'],
    ['by a port of its own, whatever the host name', { path: '', ownPort: true, host: 'zero.test' }, 'target-1'],
    ['by neither', { path: '' }, 'nowhere'],
    ['by another path on a port of its own', { path: '/k8s/target-0', ownPort: true }, 'nowhere'],
  ];
  for (const [how, { path, host, ownPort }, target] of TABLE) {
    test(`${how}: ${host ?? ''}${ownPort ? ' own port ' : ''}${path} leads to ${target}`, async () => {
      const seen = site.standins.map((standin) => standin.requests.length);
      const url = new URL(running.url);
      if (ownPort) url.port = String(running.targetPorts['target-1']);
      const uri = `${path}/api/v1/namespaces/shop/configmaps/web`;
      const name = host === undefined ? {} : { host };
      await ask(url.origin + uri, { token: await site.token(), caFile: join(site.folder, 'data/ca.crt'), ...name });
      const reached = site.standins.flatMap((standin, i) =>
        standin.requests.slice(seen[i]).some((arrived) => arrived.target.includes('/configmaps/web'))
          ? [`target-${i}`]
          : [],
      );
      assert.deepEqual(reached, target === 'nowhere' ? [] : [target]);
    });
  }
});

/** A watch that has begun to answer; `ended` resolves when it is cut or ends. */
async function startWatch(
  { url }: Running,
  { token, caFile }: { token: string; caFile: string },
): Promise<{ readonly ended: Promise<void> }> {
  const dispatcher = new Agent({ connect: { ca: readFileSync(caFile, 'utf8') } });
  const headers = { authorization: `Bearer ${token}` };
  const { body } = await request(`${url}${PODS}?watch=true`, { dispatcher, headers });
  const read = async () => {
    try {
      for await (const _ of body);
    } catch {
      // Cut: the gateway was killed.
    }
    await dispatcher.destroy();
  };
  return { ended: read() };
}
