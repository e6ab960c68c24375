// What each command loads, and must not: `token` is run by kubectl before each of its own commands, and a module that slips in is paid for each time.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CLI, makeSite } from '../support/gateway-process.ts';

const [program, ...cli] = CLI;
const TRACED = ['--import', join(import.meta.dirname, '../support/trace-modules.ts')];

/** A command line, packages that it must not load, and how many modules of ours it may. */
const COMMANDS: readonly (readonly [args: readonly string[], without: readonly string[], ownMax: number])[] = [
  [['--version'], ['yaml', 'zod', 'undici', 'pino', '@bufbuild/cel'], 5],
  [['--help'], ['yaml', 'zod', 'undici', 'pino', '@bufbuild/cel'], 5],
  [['token', '--token-env', 'TOKEN'], ['yaml', 'zod', 'undici', 'pino', '@bufbuild/cel'], 8],
  [['kubeconfig', '--help'], ['undici', 'pino', '@bufbuild/cel', '@peculiar/x509'], 60],
  [['gateway', '--help'], ['undici', 'pino', 'prom-client', '@bufbuild/cel', '@peculiar/x509'], 108],
  [['journal', '--help'], ['undici', 'pino', 'prom-client', '@bufbuild/cel', '@peculiar/x509'], 108],
]; // biome-ignore format: a table

for (const [args, without, ownMax] of COMMANDS) {
  test(`\`sallyport ${args.join(' ')}\` loads what it needs alone`, async () => {
    const loaded = await loadedBy(args);
    const packages = without.filter((name) => loaded.some((url) => url.includes(`/node_modules/${name}/`)));
    const own = loaded.filter((url) => url.includes('/src/'));
    assert.deepEqual(packages, []);
    assert.ok(own.length > 0 && own.length <= ownMax, own.join('\n'));
  });
}

test('what is counted here is loaded where it is needed', async () => {
  assert.ok((await loadedBy(['policy', '--help'])).some((url) => url.includes('/node_modules/@bufbuild/cel/')));
});

test('a gateway whose rules have no condition serves without CEL', async () => {
  const site = await makeSite();
  try {
    const loaded = await traced(async () => {
      await site.start([program, ...TRACED, ...cli]);
    });
    assert.ok(loaded.some((url) => url.endsWith('/src/pipeline/serve.ts')));
    assert.deepEqual(
      loaded.filter((url) => url.includes('/@bufbuild/') || url.includes('/policy/cel/')),
      [],
    );
  } finally {
    await site.stop();
  }
});

/** Packages that a gateway must not load before somebody needs them, and the whole of one of which it needs a third. */
const ONLY_WHERE_USED = ['@peculiar/x509', '@aws-sdk', 'pg/', 're2js', '@bufbuild', '@opentelemetry/sdk-trace', '@simplewebauthn', '@smithy', 'undici/index.js']; // biome-ignore format: a list

interface Loaded {
  readonly threads: readonly string[];
  /** Files that must not be among it. */
  readonly without: readonly string[];
  /** How many modules of ours there may be, and how many of packages. */
  readonly ownMax: number;
  readonly othersMax: number;
}

/** What is configured beside a target and an issuer, and what a gateway with that has loaded when it has served and stopped. */
const GATEWAYS: readonly (readonly [what: string, config: string, loaded: Loaded])[] = [
  [
    'nothing else',
    '',
    {
      threads: ['piece-thread.ts'],
      without: ['/src/main/open-control-plane.ts', '/src/control/routes.ts'],
      ownMax: 620,
      othersMax: 340,
    },
  ],
  [
    'a console',
    'console: { port: 0 }\n',
    { threads: ['catalog-thread.ts', 'piece-thread.ts'], without: [], ownMax: 860, othersMax: 375 },
  ],
];

for (const [what, config, { threads, without, ownMax, othersMax }] of GATEWAYS) {
  test(`a gateway with ${what} loads what it needs alone, and starts no thread more`, async () => {
    const site = await makeSite({ config });
    const start = async () => {
      const { child } = await site.start([program, ...TRACED, ...cli]);
      child.kill('SIGTERM');
      assert.equal(await child.ended, 0);
    };
    try {
      // The first start makes a certificate.
      await traced(start);
      const loaded = [...new Set(await traced(start))];
      const isIn = (part: string) => (url: string) => url.includes(part);
      const unwanted = [...ONLY_WHERE_USED.map((name) => `/node_modules/${name}`), ...without];
      assert.deepEqual(
        unwanted.filter((part) => loaded.some(isIn(part))),
        [],
      );
      const begun = loaded
        .filter((url) => url.endsWith('-thread.ts'))
        .map((url) => url.slice(url.lastIndexOf('/') + 1));
      assert.deepEqual(begun.sort(), threads);
      const [own, others] = ['/src/', '/node_modules/'].map((part) => loaded.filter(isIn(part)).length);
      assert.ok(Number(own) <= ownMax && Number(others) <= othersMax, `${own} modules of ours, ${others} of packages`);
    } finally {
      await site.stop();
    }
  });
}

test('a gateway makes no certificate, loads nothing that makes one and rewrites no authority where it has them', async () => {
  const site = await makeSite();
  try {
    const makers = (urls: readonly string[]) => urls.some((url) => url.includes('/node_modules/@peculiar/x509/'));
    const authority = () => statSync(join(site.folder, 'data/ca.crt')).ino;
    const start = async () => {
      const { child } = await site.start([program, ...TRACED, ...cli]);
      child.kill('SIGTERM');
      assert.equal(await child.ended, 0);
    };
    assert.ok(makers(await traced(start)));
    const made = authority();
    assert.ok(!makers(await traced(start)));
    assert.equal(authority(), made);
  } finally {
    await site.stop();
  }
});

/** The modules that a command has loaded when it ends. */
function loadedBy(args: readonly string[]): Promise<readonly string[]> {
  return traced(async () => {
    const env = { ...process.env, TOKEN: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.' };
    const { status, stderr } = spawnSync(program, [...TRACED, ...cli, ...args], { encoding: 'utf8', env });
    assert.equal(status, 0, stderr);
  });
}

/** The modules that processes load while this runs. */
async function traced(run: () => Promise<void>): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-modules-'));
  const file = join(folder, 'loaded');
  process.env.LOADED_MODULES = file;
  try {
    await run();
    return readFileSync(file, 'utf8').trimEnd().split('\n');
  } finally {
    delete process.env.LOADED_MODULES;
    rmSync(folder, { recursive: true });
  }
}
