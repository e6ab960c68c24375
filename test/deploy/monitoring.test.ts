// Alerts and dashboard against the gateway: every metric, label value and code that they ask for is there, every alert has a place in the runbook, and promtool finds them firing when they should.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { REFUSAL_CODES } from '../../src/model/refusal-codes.ts';
import { cacheFolder } from '../support/cache-folder.ts';
import { leftOut } from '../support/left-out.ts';
import { root } from '../tidy/tree.ts';

const read = (name: string) => readFileSync(path.join(root, name), 'utf8');

interface Alert {
  readonly alert: string;
  readonly expr: string;
}

const [group] = parse(read('deploy/chart/monitoring/alerts.yaml')).groups as readonly [
  { readonly rules: readonly Alert[] },
];
const dashboard = JSON.parse(read('deploy/chart/monitoring/dashboard.json')) as {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly query: string }[] };
};
const questions = [
  ...group.rules.map(({ expr }) => expr),
  ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.map(({ query }) => query),
];

describe('alerts and dashboard', () => {
  test('every metric that they ask for is one of the gateway’s', () => {
    const page = read('docs/reference/metrics.md');
    const asked = new Set(questions.flatMap((text) => text.match(/sallyport_[a-z_]+/g) ?? []));
    assert.ok(asked.size > 10);
    const unknown = [...asked].filter((name) => !page.includes(`\`${name.replace(/_(bucket|sum|count)$/, '')}\``));
    assert.deepEqual(unknown, []);
  });

  test('every code that they name is a refusal’s', () => {
    const named = questions.flatMap((text) =>
      [...text.matchAll(/code=~?"([A-Z_|]+)"/g)].flatMap(([, codes = '']) => codes.split('|')),
    );
    assert.ok(named.length > 5);
    assert.deepEqual(
      named.filter((code) => !(code in REFUSAL_CODES)),
      [],
    );
  });

  test('every alert has its place in the runbook, in the same order', () => {
    const places = [...read('docs/how-to/runbook.md').matchAll(/^## (Sallyport\w+)$/gm)].map(([, name]) => name);
    assert.deepEqual(
      places,
      group.rules.map(({ alert }) => alert),
    );
  });

  test('every alert is tried by promtool, quiet and firing', () => {
    const { tests } = parse(read('test/deploy/alerts.test.yaml')) as {
      readonly tests: readonly {
        readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts?: unknown }[];
      }[];
    };
    const cases = tests.flatMap(({ alert_rule_test: each }) => each);
    for (const { alert } of group.rules) {
      const own = cases.filter(({ alertname }) => alertname === alert);
      assert.ok(
        own.some((one) => one.exp_alerts === undefined) && own.some((one) => one.exp_alerts !== undefined),
        alert,
      );
    }
  });
});

const promtool = await findPromtool();
if (promtool !== undefined)
  test('promtool takes the rules, and each fires when it should and not before', () => tried(promtool));

function tried(program: string): void {
  for (const args of [
    ['check', 'rules', 'deploy/chart/monitoring/alerts.yaml'],
    ['test', 'rules', 'test/deploy/alerts.test.yaml'],
  ]) {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  }
}

/** promtool of the machine, or of Debian's package, which is unpacked and not installed: it would start a server. */
async function findPromtool(): Promise<string | undefined> {
  const own = (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => path.join(folder, 'promtool'))
    .find(existsSync);
  if (own !== undefined) return own;
  const { debianPackages } = (await import(path.join(root, 'tools/image/debian.mjs'))) as {
    readonly debianPackages: (
      names: readonly string[],
      architecture: string,
      cache: string,
    ) => readonly { readonly folder: string }[];
  };
  try {
    const [{ folder }] = debianPackages(
      ['prometheus'],
      process.arch === 'arm64' ? 'arm64' : 'amd64',
      cacheFolder(),
    ) as [{ folder: string }];
    return path.join(folder, 'usr/bin/promtool');
  } catch {
    leftOut('alerts by promtool', 'put promtool on the path');
    return undefined;
  }
}
