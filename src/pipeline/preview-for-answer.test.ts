import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testMasking } from '../../test/support/masking.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import type { Probe } from '../connectors/connector.ts';
import type { Request } from '../model/request.ts';
import { previewForAnswer } from './preview-for-answer.ts';

const POD = '/api/v1/namespaces/shop/pods/web';
const CLAIMS = '/api/v1/namespaces/shop/persistentvolumeclaims';

/** What is told of a request for which both are looked at, where policy lets its caller read so much. */
async function told(method: string, uri: string, readable: readonly string[]) {
  const preview: Probe['preview'] = async (_operation, _body, _caller, _signal, mayRead) => {
    for (const path of [POD, CLAIMS]) assert.equal(await mayRead?.(path), true, 'who answers is shown all');
    return { risks: ['a fact'], missing: [] };
  };
  const held = { caller: callerOf(), request: { id: 'x' } as Request, operation: operationOf({ method, uri }) };
  const mayRead = async (path: string) => readable.includes(path);
  return previewForAnswer(testMasking(), { preview }, held, mayRead, new AbortController().signal);
}

test('T52: what is looked at is its caller’s own to see where policy lets it read each of it, and where it makes something that too', async () => {
  const cases: readonly (readonly [string, string, readonly string[], true | undefined])[] = [
    ['DELETE', POD, [POD, CLAIMS], true],
    ['DELETE', POD, [POD], undefined],
    ['DELETE', POD, [], undefined],
    ['POST', '/api/v1/namespaces/shop/pods', [POD, CLAIMS], undefined],
    ['POST', '/api/v1/namespaces/shop/pods', [POD, CLAIMS, '/api/v1/namespaces/shop/pods'], true],
  ];
  for (const [method, uri, readable, isOwnToRead] of cases) {
    const shown = await told(method, uri, readable);
    assert.deepEqual([shown.risks, shown.isOwnToRead], [['a fact'], isOwnToRead], `${method} ${readable}`);
  }
});
