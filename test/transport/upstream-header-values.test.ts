import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configSchema } from '../../src/config/schema.ts';
import { Credential } from '../../src/connectors/kubernetes/upstream/credential.ts';
import { upstreamHeaders } from '../../src/connectors/kubernetes/upstream/request-headers.ts';
import { CLAIM_LIMITS } from '../../src/identity/to-caller.ts';

/** Source: `http.Server.MaxHeaderValues`, which Go 1.27 has, and its default. */
const GO_HEADER_VALUES_MAX = 500;
/** `Host`, `Content-Length`, `Connection`, and room for as many again. */
const OF_THE_CONNECTION = 6;

test('T68: the most headers that a caller may send, with the most groups that it may have, are fewer than upstream takes', () => {
  const limits = configSchema.shape.limits;
  const most = 250;
  assert.equal(limits.parse({ headersCountMax: most }).headersCountMax, most);
  assert.match(String(limits.safeParse({ headersCountMax: most + 1 }).error), /the 500 headers that upstream takes/);
  const headers = new Map([['x-a', Array.from({ length: most }, () => 'x')]]);
  const credential = new Credential({ token: 'ours' });
  const groups = Array.from({ length: CLAIM_LIMITS.groupsMax }, (_, i) => `group-${i}`);
  const values = upstreamHeaders(headers, credential, { subject: 'ada', groups }).length / 2;
  assert.equal(values, most + CLAIM_LIMITS.groupsMax + 2);
  assert.ok(values + OF_THE_CONNECTION < GO_HEADER_VALUES_MAX);
});
