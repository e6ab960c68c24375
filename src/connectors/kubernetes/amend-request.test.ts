import { rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { operationOf } from '../../../test/support/operation.ts';
import type { Request } from '../../model/request.ts';
import { amendRequest } from './amend-request.ts';

const SHOP = '/api/v1/namespaces/shop';

for (const [method, uri] of [
  ['POST', `${SHOP}/serviceaccounts/ci/token`],
  ['POST', `${SHOP}/pods/web/exec?command=id`],
  ['GET', `${SHOP}/pods/web/exec?command=id`],
  ['POST', `${SHOP}/services/web/proxy/delete-all`],
] as const)
  test(`T79: no rule makes a dry run of ${method} ${uri}, which is done all the same`, () =>
    rejects(
      amendRequest({ uri, warnings: [] } as unknown as Request, operationOf({ method, uri, body: {} }), [
        { kind: 'force-dry-run' },
      ]),
      { code: 'DENIED_BY_RULE' },
    ));
