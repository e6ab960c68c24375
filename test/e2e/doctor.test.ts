// `sallyport doctor` before real files, ports, an issuer and a cluster's stand-in: a site that is well, and one fault after another in it, each told with what to do.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { CHECK_AREAS, type Check } from '../../src/cli/doctor/check.ts';
import { makeCa, makeServing } from '../../src/listener/x509.ts';
import { runChild } from '../support/child.ts';
import { freePorts } from '../support/free-ports.ts';
import { CLI, makeSite, type Site } from '../support/gateway-process.ts';

const [program, ...cli] = CLI;

async function doctor(site: Site, ...args: string[]) {
  const { code, output } = await runChild(program, [...cli, 'doctor', '-o', 'json', ...args], { cwd: site.folder });
  const start = output.indexOf('{');
  assert.ok(start !== -1, output);
  const { items, next } = JSON.parse(output.slice(start)) as { readonly items: readonly Check[]; next: unknown };
  assert.equal(next, null);
  return { code, items, faults: items.filter(({ state }) => state === 'fault'), output };
}

async function withSite(options: Parameters<typeof makeSite>[0], work: (site: Site) => Promise<void>): Promise<void> {
  const site = await makeSite(options);
  try {
    await work(site);
  } finally {
    await site.stop();
  }
}

test('an installation that is well has no fault, and nothing of it is made or changed', () =>
  withSite({}, async (site) => {
    const before = readdirSync(site.folder, { recursive: true });
    const { code, items, faults, output } = await doctor(site);
    assert.deepEqual(faults, []);
    assert.equal(code, 0);
    const areas = CHECK_AREAS.filter((area) => area !== 'gateway' && area !== 'ports');
    assert.deepEqual([...new Set(items.map(({ area }) => area))], areas);
    assert.deepEqual(readdirSync(site.folder, { recursive: true }), before);
    for (const file of ['token-0', 'reader-0'])
      assert.ok(!output.includes(readFileSync(join(site.folder, file), 'utf8').trim()), 'no credential is printed');
  }));

const CONSOLE = 'console: { port: 0 }\n';
const at = (site: Site, name: string) => join(site.folder, name);
const more = (site: Site, text: string) =>
  writeFileSync(site.configFile, `${readFileSync(site.configFile, 'utf8')}${text}`);

/** What is broken, and what is told of it. */
const FAULTS: readonly {
  readonly what: string;
  readonly break: (site: Site) => Promise<unknown> | unknown;
  readonly area: Check['area'];
  readonly found: RegExp;
  readonly advice: RegExp;
}[] = [
  {
    what: 'a mistake in the configuration',
    break: (site) => more(site, 'nonsense: 1\n'),
    area: 'configuration',
    found: /unknown key `nonsense`/,
    advice: /mend the file/,
  },
  {
    what: 'a mistake in the policy',
    break: (site) => writeFileSync(site.policyFile, 'kind: Policy\n'),
    area: 'policy',
    found: /policy\.yaml/,
    advice: /policy check/,
  },
  {
    what: 'an issuer that is away',
    break: issuerAway,
    area: 'issuer',
    found: /ECONNREFUSED/,
    advice: /`iss` claim/,
  },
  {
    what: 'a cluster that is away',
    break: (site) => site.standins[0]?.close(),
    area: 'target',
    found: /could not be reached.*ECONNREFUSED/,
    advice: /its address/,
  },
  {
    what: 'a credential that the cluster does not know',
    break: (site) => writeFileSync(at(site, 'token-0'), 'of-another-cluster'),
    area: 'target',
    found: /does not take the gateway’s credential/,
    advice: /make a new one/,
  },
  {
    what: 'a credential that may not act for callers',
    break: (site) => writeFileSync(at(site, 'token-0'), readFileSync(at(site, 'reader-0'))),
    area: 'target',
    found: /cannot act for callers/,
    advice: /target bootstrap target-0/,
  },
  {
    what: 'a reader that the cluster does not know',
    break: (site) => writeFileSync(at(site, 'reader-0'), 'of-another-cluster'),
    area: 'target',
    found: /does not take/,
    advice: /make a new one/,
  },
  {
    what: 'an authority that did not sign the cluster’s certificate',
    break: async (site) => writeFileSync(at(site, 'ca-0.crt'), (await makeCa(validity())).certPem),
    area: 'target',
    found: /could not be reached/,
    advice: /authority/,
  },
  {
    what: 'a disk without room',
    break: (site) => more(site, 'journal: { freeBytesMin: 9000000000000000, freeBytesWarn: 9000000000000000 }\n'),
    area: 'journal',
    found: /less than `journal\.freeBytesMin`: nothing is forwarded/,
    advice: /make room/,
  },
  {
    what: 'a key that others may read',
    break(site) {
      mkdirSync(at(site, 'data'), { mode: 0o700 });
      writeFileSync(at(site, 'data/mask.key'), '0'.repeat(64));
      chmodSync(at(site, 'data/mask.key'), 0o644);
    },
    area: 'files',
    found: /others may read what is secret in it \(mode 0644\)/,
    advice: /chmod 600/,
  },
  {
    what: 'a certificate that has ended',
    break: (site) => certify(site, ['localhost'], { notBefore: new Date(0), notAfter: new Date(86_400_000) }),
    area: 'certificate',
    found: /ended on/,
    advice: /renew/,
  },
  {
    what: 'a certificate without the name by which callers come',
    break: (site) => certify(site, ['another.test'], validity()),
    area: 'certificate',
    found: /does not have the name `here\.test`/,
    advice: /made with that name/,
  },
  {
    what: 'a store of a newer program',
    break(site) {
      more(site, CONSOLE);
      mkdirSync(at(site, 'data'), { mode: 0o700 });
      writeFileSync(at(site, 'data/store.key'), 'k'.repeat(48), { mode: 0o600 });
      const database = new DatabaseSync(at(site, 'data/store.db'));
      database.exec('CREATE TABLE sallyport_version (version integer); INSERT INTO sallyport_version VALUES (99)');
      database.close();
    },
    area: 'store',
    found: /version 99, made by a newer program/,
    advice: /store/,
  },
];

for (const { what, break: breaks, area, found, advice } of FAULTS) {
  test(`${what} is a fault, told with what to do`, () =>
    withSite({ targets: ['    hostNames: [here.test]\n'] }, async (site) => {
      await breaks(site);
      const { code, faults } = await doctor(site);
      assert.equal(code, 1);
      const told = faults.filter((check) => check.area === area && found.test(check.found));
      assert.equal(told.length > 0, true, JSON.stringify(faults, undefined, 1));
      for (const check of told) assert.match(check.advice, advice);
    }));
}

test('a port that another program has is a fault, and one that the gateway has is not', () =>
  withSite({}, async (site) => {
    const [port, own] = (await freePorts(2)) as [number, number];
    const config = readFileSync(site.configFile, 'utf8');
    writeFileSync(
      site.configFile,
      config
        .replace('listen: { port: 0 }', `listen: { port: ${port} }`)
        .replace('private: { port: 0 }', `private: { port: ${own} }`),
    );
    const other = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const taken = await doctor(site);
    assert.deepEqual(
      taken.faults.map(({ area, found }) => [area, found]),
      [['ports', 'another program listens there']],
    );
    await new Promise((resolve) => other.close(resolve));
    await site.start();
    const running = await doctor(site);
    assert.deepEqual(running.faults, []);
    assert.ok(running.items.some(({ area }) => area === 'gateway'));
    writeFileSync(site.policyFile, 'kind: Policy\n');
    const broken = await doctor(site);
    assert.ok(broken.faults.some(({ area }) => area === 'policy'));
  }));

test('what far things say is not asked for with --offline, and text tells the same with a count', () =>
  withSite({}, async (site) => {
    issuerAway(site);
    const { code, items } = await doctor(site, '--offline');
    assert.equal(code, 0);
    assert.ok(items.every(({ area }) => area !== 'issuer' && area !== 'target'));
    const text = await runChild(program, [...cli, 'doctor'], { cwd: site.folder });
    assert.equal(text.code, 1);
    assert.match(text.output, /^FAULT {2}issuer main: its keys cannot be had .*\n {7}look at `url`/m);
    assert.match(text.output, /^faults: 1, warnings: \d+, well: \d+$/m);
    assert.equal(existsSync(at(site, 'data')), false);
  }));

test('what is opened under `unsafe:`, and what others may read, is warned of and is no fault', () =>
  withSite({ config: 'unsafe: { openGuards: [nodes] }\n' }, async (site) => {
    chmodSync(at(site, 'token-0'), 0o644);
    const { code, items } = await doctor(site);
    assert.equal(code, 0);
    const warned = items.filter(({ state }) => state === 'warning').map(({ about }) => about);
    assert.ok(warned.includes('unsafe.openGuards nodes'), JSON.stringify(warned));
    assert.ok(warned.includes(at(site, 'token-0')), JSON.stringify(warned));
  }));

/** Nobody listens on port 1. */
function issuerAway(site: Site): void {
  const config = readFileSync(site.configFile, 'utf8');
  writeFileSync(site.configFile, config.replace(site.issuer.url, 'http://127.0.0.1:1'));
}

function validity() {
  return { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 90 * 86_400_000) };
}

async function certify(site: Site, names: readonly string[], when: { notBefore: Date; notAfter: Date }) {
  const ca = await makeCa(validity());
  const { certPem, keyPem } = await makeServing({ caPem: ca.certPem, caKeyPem: ca.keyPem, names, ...when });
  writeFileSync(at(site, 'tls.crt'), certPem);
  writeFileSync(at(site, 'tls.key'), keyPem, { mode: 0o600 });
  more(site, 'tls: { certificateFile: tls.crt, keyFile: tls.key }\n');
}
