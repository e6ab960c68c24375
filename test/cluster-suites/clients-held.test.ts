// The table's newest kubectl once more, under a policy in which every change hangs on the live object: each is forwarded for the version that was judged, and
// nobody notices.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../clients/table.ts';
import { tableSuite } from '../clients/table-suite.ts';
import { CALLER, sharedCluster } from '../support/test-cluster.ts';

const HELD = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'held' },
  targets: ['*'],
  callers: [{ groups: [...CALLER.groups] }],
  rules: [
    {
      id: 'others',
      effect: 'allow',
      verbs: ['get', 'list', 'watch', 'create', 'deletecollection'],
      apiGroups: ['*'],
      resources: ['*', 'secrets'],
    },
    {
      id: 'changes',
      effect: 'allow',
      verbs: ['update', 'patch', 'delete'],
      apiGroups: ['*'],
      resources: ['*', 'secrets'],
      when: 'existing == null || existing.metadata.name != "untouchable"',
    },
    { id: 'paths', effect: 'allow', verbs: ['*'], nonResourceURLs: ['*'] },
    {
      id: 'streams',
      effect: 'allow',
      powers: ['exec', 'attach', 'portforward', 'ephemeralcontainers', 'services-proxy'],
    },
  ],
};

/** An access review cannot say what hangs on the live object; and a version that is not the one that was judged is refused in the gateway's own words. */
const OTHERWISE = ['auth can-i on one object', 'label --overwrite'];

const cluster = await sharedCluster('kubectl under a policy on live objects');

if (cluster !== undefined)
  tableSuite(cluster, {
    title: 'a client whose changes are held to a version sees what it sees directly',
    parts: table.flatMap(({ client, rows }) =>
      client === 'kubectl-1.35' ? [{ client, rows: rows.filter(({ name }) => !OTHERWISE.includes(name)) }] : [],
    ),
    gateway: { policy: [HELD] },
    letter: 'h',
    afterwards({ journalFolder }) {
      const files = readdirSync(journalFolder).filter((file) => file.endsWith('.jsonl'));
      const lines = files.flatMap((file) => readFileSync(join(journalFolder, file), 'utf8').split('\n'));
      const held = lines.filter((line) => line.includes('"precondition"'));
      assert.ok(held.length > 40, `${held.length} requests were held to a version`);
    },
  });
