import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Refusal } from '../model/refusal.ts';
import type { Request } from '../model/request.ts';
import { noTarget } from './no-target.ts';

const rows = [
  ['/k8s/prdo/api/v1/namespaces/shop/pods/web/proxy/reset/4711?token=x', '/k8s/prdo/…'],
  ['/k8s/prdo', '/k8s/prdo'],
  ['/k8s/prdo?token=x', '/k8s/prdo'],
  ['/', '/'],
  [`/k8s/\u001b[2J\`${'x'.repeat(100)}/api`, `/k8s/?[2J'${'x'.repeat(74)}…/…`],
] as const;

test('over HTTP/2 there is no Host header, and no host is told', async () => {
  const request = { uri: '/', headers: new Map() } as unknown as Request;
  await assert.rejects(noTarget.parse(request), { detail: 'asked for `/`' });
});

for (const uri of ['/api/v1/pods?watch=1', '/apis', '/version', '/openapi/v3', '/?x', '/']) {
  test(`a program that lost the path of its server URL is told what helps: ${uri}`, async () => {
    const request = { uri, headers: new Map() } as unknown as Request;
    await assert.rejects(noTarget.parse(request), { advice: /a `port` \(or `hostNames`\) of its own/ });
  });
}

for (const [uri, told] of rows) {
  test(`where no target is reached, the operator is told what was taken for one: ${JSON.stringify(told)}`, async () => {
    const request = { uri, headers: new Map([['host', ['gateway.test:8443']]]) } as unknown as Request;
    await assert.rejects(noTarget.parse(request), ({ code, message, detail }: Refusal) => {
      assert.deepEqual(
        [code, message, detail],
        [
          'TARGET_UNKNOWN',
          'no target is reached by this path, host name or port',
          `asked for \`${told}\` of host \`gateway.test:8443\``,
        ],
      );
      return true;
    });
  });
}
