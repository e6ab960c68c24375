import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testMasking } from '../../test/support/masking.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import type { Permit } from '../model/permit.ts';
import { readsOf } from './masking.ts';

const REVIEWS: readonly (readonly [path: string, reads: string])[] = [
  ['/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', 'nothing'],
  ['/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', 'nothing'],
  ['/apis/authentication.k8s.io/v1/selfsubjectreviews', 'nothing'],
  ['/apis/authorization.k8s.io/v1/subjectaccessreviews', 'objects'],
  ['/apis/shop.k8s.io/v1/selfsubjectreviews', 'objects'],
  ['/apis/notauthorization.k8s.io/v1/selfsubjectaccessreviews', 'objects'],
];

for (const [uri, reads] of REVIEWS)
  test(`of what ${uri} answers, ${reads} is read`, () => {
    const operation = operationOf({ method: 'POST', uri });
    const permit = { caller: callerOf(), operation, decision: { effect: 'allow', rule: 'r' } } as unknown as Permit;
    assert.equal(readsOf(testMasking(), permit), reads);
  });
