import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExchangeFilter, FoundExchange, Page, Viewer } from '../recording/found.ts';
import { grantUse } from './grant-use.ts';

const VIEWER: Viewer = { own: undefined, reach: [] };
const scope = {
  target: 'prod',
  verbs: ['get', 'patch', 'delete'],
  apiGroups: ['apps'],
  resources: ['deployments', 'deployments/scale'],
  resourceNames: [],
  namespaces: ['shop', 'cart'],
};
const parts = [{ rule: 'p/ask', ruleDigest: '', scope }];

function used(id: string, part: Partial<FoundExchange> = {}): FoundExchange {
  const none = { approval: undefined, status: 200, code: undefined, durationMs: 1, bytesIn: 0, bytesOut: 0 };
  return {
    ...{ id, session: 's', at: 0, subject: 'ci:bot', issuer: 'main', kind: 'autonomous', target: 'prod', path: '' },
    ...{
      verb: 'patch',
      apiGroup: 'apps',
      resource: 'deployments',
      subresource: 'scale',
      namespace: 'shop',
      name: 'web',
    },
    ...{ isChange: true, decision: 'allow', rule: 'p/ask', grant: 'g', outcome: 'answered', claimed: undefined },
    ...none,
    recording: undefined,
    ...part,
  };
}

/** A catalog of these, the newest first. */
const of = (exchanges: readonly FoundExchange[]) => ({
  asked: [] as ExchangeFilter[],
  async exchanges(_: Viewer, filter: ExchangeFilter, { before, limit }: Page) {
    this.asked.push(filter);
    const from = before === undefined ? 0 : exchanges.findIndex(({ id }) => id === before) + 1;
    return exchanges.slice(from, from + limit);
  },
});

test('the narrower grant is what was used of it; what another rule permitted is none of it', async () => {
  const catalog = of([used('2'), used('1', { name: 'cart' }), used('0', { rule: 'p/other', verb: 'delete' })]);
  const { exchanges, isWider, narrower } = await grantUse(catalog, VIEWER, { id: 'g', parts });
  assert.deepEqual(catalog.asked[0], { grant: 'g', decision: 'allow' });
  assert.deepEqual([exchanges, isWider], [3, true]);
  assert.deepEqual(
    narrower.map((one) => ({ ...one, resourceNames: one.resourceNames.toSorted() })),
    [
      {
        ...{ rule: 'p/ask', target: 'prod', verbs: ['patch'], apiGroups: ['apps'], resources: ['deployments/scale'] },
        ...{ resourceNames: ['cart', 'web'], namespaces: ['shop'] },
      },
    ],
  );
});

test('one that was not used has nothing that would have been enough; one that was used whole is no wider', async () => {
  assert.deepEqual(await grantUse(of([]), VIEWER, { id: 'g', parts }), {
    ...{ exchanges: 0, isWhole: true, isWider: true, narrower: [] },
  });
  const exact = {
    ...scope,
    verbs: ['patch'],
    resources: ['deployments/scale'],
    resourceNames: ['web'],
    namespaces: ['shop'],
  };
  const one = await grantUse(of([used('1')]), VIEWER, {
    id: 'g',
    parts: [{ rule: 'p/ask', ruleDigest: '', scope: exact }],
  });
  assert.equal(one.isWider, false);
});

test('a grant that was used very often is looked through page by page, and it is said where not all of it was', async () => {
  const many = Array.from({ length: 12_000 }, (_, index) => used(String(index)));
  const { exchanges, isWhole } = await grantUse(of(many), VIEWER, { id: 'g', parts });
  assert.deepEqual([exchanges, isWhole], [10_000, false]);
});
