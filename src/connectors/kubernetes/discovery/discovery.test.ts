import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Refusal } from '../../../model/refusal.ts';
import { createDiscovery, type Discovery, type DiscoveryReply } from './discovery.ts';

/** An API server that tells what it serves, in one form or the other, at a time that only goes on when told. */
class FakeTarget {
  nowMs = 1_000_000;
  asked: string[] = [];
  isDown = false;
  isOld = false;
  staleGroups: string[] = [];
  kinds: Record<string, string[]> = { '/v1': ['pods', 'nodes'], 'apps/v1': ['deployments'] };
  /** Runs when a fetch arrives, before it is answered. */
  onGet = () => {};

  readonly discovery: Discovery = createDiscovery({
    get: (path, accept) => this.#get(path, accept),
    clock: { now: () => this.nowMs, monotonic: () => this.nowMs },
    pause: async (ms) => {
      this.nowMs += ms;
    },
  });

  async #get(path: string, accept: string): Promise<DiscoveryReply> {
    this.asked.push(path);
    this.onGet();
    if (this.isDown) return { status: 503, body: Buffer.from('down') };
    const isAggregated = !this.isOld && accept.includes('as=APIGroupDiscoveryList');
    const document = isAggregated ? this.#aggregated(path) : this.#separate(path);
    return document === undefined
      ? { status: 503, body: Buffer.from('') }
      : { status: 200, body: Buffer.from(JSON.stringify(document)) };
  }

  #aggregated(root: string) {
    const mine = Object.entries(this.kinds).filter(
      ([groupVersion]) => groupVersion.startsWith('/') === (root === '/api'),
    );
    const items = mine.map(([groupVersion, resources]) => {
      const [name, version] = groupVersion.split('/');
      const freshness = this.staleGroups.includes(groupVersion) ? 'Stale' : 'Current';
      return { metadata: { name }, versions: [{ version, freshness, resources: resources.map(aggregatedResource) }] };
    });
    return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items };
  }

  #separate(path: string) {
    const names = Object.keys(this.kinds);
    if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
    if (path === '/apis') {
      const groups = names
        .filter((name) => !name.startsWith('/'))
        .map((name) => ({ name: name.split('/')[0], versions: [{ version: name.split('/')[1] }] }));
      return { kind: 'APIGroupList', groups };
    }
    const name = path.replace(/^\/apis?\/?/, path.startsWith('/apis/') ? '' : '/');
    if (this.staleGroups.includes(name)) return undefined;
    const resources = (this.kinds[name] ?? []).flatMap((resource) => {
      const plain = { name: resource, kind: kindOf(resource), namespaced: resource !== 'nodes', verbs: ['get'] };
      return [plain, { ...plain, name: `${resource}/scale`, group: 'autoscaling', version: 'v1', kind: 'Scale' }];
    });
    return { kind: 'APIResourceList', resources };
  }

  fetches(): number {
    return this.asked.filter((path) => path === '/apis').length;
  }
}

function kindOf(resource: string): string {
  return resource.charAt(0).toUpperCase() + resource.slice(1, -1);
}

function aggregatedResource(resource: string) {
  return {
    resource,
    scope: resource === 'nodes' ? 'Cluster' : 'Namespaced',
    verbs: ['get'],
    responseKind: { group: '', version: '', kind: kindOf(resource) },
    subresources: [
      { subresource: 'scale', verbs: ['get'], responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } },
    ],
  };
}

async function code(asked: Promise<unknown>): Promise<string> {
  try {
    return (await asked) === undefined ? 'undefined' : 'found';
  } catch (thrown) {
    assert.ok(thrown instanceof Refusal, String(thrown));
    return thrown.code;
  }
}

for (const isOld of [false, true]) {
  test(`kinds, scope and subresources are known from the ${isOld ? 'older' : 'aggregated'} form`, async () => {
    const target = new FakeTarget();
    target.isOld = isOld;
    const { discovery } = target;
    assert.deepEqual(await discovery.find('apps', 'v1', 'deployments', ''), {
      kind: 'Deployment',
      groupVersionKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
      isNamespaced: true,
      verbs: ['get'],
    });
    assert.deepEqual((await discovery.find('apps', 'v1', 'deployments', 'scale'))?.groupVersionKind, {
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
    });
    assert.equal((await discovery.find('', 'v1', 'nodes', ''))?.isNamespaced, false);
    assert.equal((await discovery.find('', 'v1', 'pods', ''))?.isNamespaced, true);
    assert.equal(target.fetches(), 1);
  });

  test(`T20: an aggregated API that is down (${isOld ? 'older' : 'aggregated'} form) is unavailable, and takes nothing else with it`, async () => {
    const target = new FakeTarget();
    target.isOld = isOld;
    target.kinds['metrics.k8s.io/v1beta1'] = [];
    target.staleGroups = ['metrics.k8s.io/v1beta1'];
    assert.equal(await code(target.discovery.find('metrics.k8s.io', 'v1beta1', 'pods', '')), 'DISCOVERY_UNAVAILABLE');
    assert.equal(await code(target.discovery.find('', 'v1', 'pods', '')), 'found');
  });
}

for (const [what, listed, isOld] of [
  ['that lists a placeholder', ['externalmetrics'], false],
  ['that lists nothing', [], false],
  ['that lists nothing, in the older form', [], true],
] as const)
  test(`any metric of a group of metrics ${what} is there as soon as the group and version are, without another fetch`, async () => {
    const target = new FakeTarget();
    target.isOld = isOld;
    target.kinds['external.metrics.k8s.io/v1beta1'] = [...listed];
    const find = (version: string) => target.discovery.find('external.metrics.k8s.io', version, 'queue-length', '');
    assert.equal((await find('v1beta1'))?.kind, 'ExternalMetricValueList');
    assert.equal(target.fetches(), 1);
    assert.equal(await code(find('v1')), 'undefined');
    assert.equal(await code(target.discovery.find('custom.metrics.k8s.io', 'v1beta2', 'pods', 'rate')), 'undefined');
  });

test('a group of metrics that came just now is found by the one fetch that its miss makes, and one that is down is unavailable', async () => {
  const target = new FakeTarget();
  await target.discovery.find('', 'v1', 'pods', '');
  target.nowMs += 1;
  target.kinds['custom.metrics.k8s.io/v1beta2'] = [];
  const rate = () => target.discovery.find('custom.metrics.k8s.io', 'v1beta2', 'pods', 'rate');
  assert.equal((await rate())?.kind, 'MetricValueList');
  assert.equal(target.fetches(), 2);
  const down = new FakeTarget();
  down.kinds['custom.metrics.k8s.io/v1beta2'] = [];
  down.staleGroups = ['custom.metrics.k8s.io/v1beta2'];
  assert.equal(
    await code(down.discovery.find('custom.metrics.k8s.io', 'v1beta2', 'pods', 'rate')),
    'DISCOVERY_UNAVAILABLE',
  );
});

describe('T20: what is unknown is asked for once, then denied', () => {
  test('a kind that the target does not serve is undefined after one more fetch', async () => {
    const target = new FakeTarget();
    await target.discovery.find('', 'v1', 'pods', '');
    target.nowMs += 1;
    assert.equal(await code(target.discovery.find('example.com', 'v1', 'widgets', '')), 'undefined');
    assert.equal(target.fetches(), 2);
    for (const [group, version, resource, subresource] of [
      ['', 'v2', 'pods', ''],
      ['', 'v1', 'pods', 'exec'],
      ['apps', 'v1', 'pods', ''],
      ['__proto__', 'v1', 'constructor', ''],
    ] as const) {
      assert.equal(await code(target.discovery.find(group, version, resource, subresource)), 'undefined');
    }
  });

  test('a kind created just now is found by the one fetch that its miss makes', async () => {
    const target = new FakeTarget();
    await target.discovery.find('', 'v1', 'pods', '');
    target.nowMs += 1;
    target.kinds['example.com/v1'] = ['widgets'];
    assert.equal(await code(target.discovery.find('example.com', 'v1', 'widgets', '')), 'found');
    assert.equal(target.fetches(), 2);
  });

  test('a kind created while a fetch is under way is found by the next', async () => {
    const target = new FakeTarget();
    await target.discovery.find('', 'v1', 'pods', '');
    target.nowMs += 1000;
    const first = target.discovery.find('', 'v1', 'nothing', '');
    target.nowMs += 1;
    await Promise.resolve();
    target.kinds['example.com/v1'] = ['widgets'];
    assert.equal(await code(target.discovery.find('example.com', 'v1', 'widgets', '')), 'found');
    assert.equal(await code(first), 'undefined');
  });

  test('many misses at once share fetches, and fetches keep their distance', async () => {
    const target = new FakeTarget();
    await target.discovery.find('', 'v1', 'pods', '');
    const startedMs = target.nowMs;
    const begunAt: number[] = [];
    target.onGet = () => begunAt.push(target.nowMs);
    target.nowMs += 1;
    await Promise.all(Array.from({ length: 200 }, (_, i) => target.discovery.find('', 'v1', `none${i}`, '')));
    for (let i = 0; i < 5; i++) {
      target.nowMs += 1;
      await target.discovery.find('', 'v1', `more${i}`, '');
    }
    const starts = [startedMs, ...new Set(begunAt)];
    assert.ok(starts.length <= 8, String(starts.length));
    for (let i = 1; i < starts.length; i++)
      assert.ok((starts[i] as number) - (starts[i - 1] as number) >= 500, starts.join(' '));
  });
});

describe('an answer is never older than its bound', () => {
  test('from half the bound on, the next question fetches in the background', async () => {
    const target = new FakeTarget();
    await target.discovery.find('', 'v1', 'pods', '');
    target.nowMs += 15_001;
    await target.discovery.find('', 'v1', 'pods', '');
    assert.equal(target.fetches(), 2);
  });

  test('a target that cannot be asked is believed up to the bound, and not beyond', async () => {
    const target = new FakeTarget();
    await target.discovery.find('', 'v1', 'pods', '');
    target.isDown = true;
    target.nowMs += 30_000;
    assert.equal(await code(target.discovery.find('', 'v1', 'pods', '')), 'found');
    target.nowMs += 1;
    assert.equal(await code(target.discovery.find('', 'v1', 'pods', '')), 'DISCOVERY_UNAVAILABLE');
    target.isDown = false;
    target.nowMs += 500;
    assert.equal(await code(target.discovery.find('', 'v1', 'pods', '')), 'found');
  });

  test('a kind that is gone is gone after the bound', async () => {
    const target = new FakeTarget();
    await target.discovery.find('apps', 'v1', 'deployments', '');
    delete target.kinds['apps/v1'];
    target.nowMs += 30_001;
    assert.equal(await code(target.discovery.find('apps', 'v1', 'deployments', '')), 'undefined');
  });

  test('a target that failed is not asked again at once', async () => {
    const target = new FakeTarget();
    target.isDown = true;
    for (let i = 0; i < 20; i++)
      assert.equal(await code(target.discovery.find('', 'v1', 'pods', '')), 'DISCOVERY_UNAVAILABLE');
    assert.equal(target.fetches(), 1);
  });
});

test('first questions that come at once share one fetch', async () => {
  const target = new FakeTarget();
  await Promise.all(Array.from({ length: 50 }, () => target.discovery.find('', 'v1', 'pods', '')));
  assert.equal(target.fetches(), 1);
});

test('a reply that is no success is unavailable, whatever its document says', async () => {
  const body = Buffer.from('{"kind":"APIGroupDiscoveryList","items":[]}');
  for (const status of [301, 401, 403, 404, 500]) {
    const discovery = createDiscovery({
      get: async () => ({ status, body }),
      clock: { now: () => 0, monotonic: () => 0 },
    });
    assert.equal(await code(discovery.find('', 'v1', 'pods', '')), 'DISCOVERY_UNAVAILABLE', String(status));
  }
});

test('documents that are none are unavailable, not empty', async () => {
  for (const body of ['', '[]', 'null', '{}', '{"kind":"Status"}', '<html>']) {
    const get = async () => ({ status: 200, body: Buffer.from(body) });
    const discovery = createDiscovery({ get, clock: { now: () => 0, monotonic: () => 0 } });
    assert.equal(await code(discovery.find('', 'v1', 'pods', '')), 'DISCOVERY_UNAVAILABLE', body);
  }
});
