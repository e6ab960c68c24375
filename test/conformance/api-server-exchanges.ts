/**
 * The exchanges that the stand-in and the real API server answer alike. What the real one answered is in api-server-exchanges.json; the suite in
 * test/cluster-suites asks a real one again, so that the data cannot rot.
 *
 * They run in order in a namespace of their own. Where controllers of a real cluster add what they like, the look is narrow.
 */

import type { Exchange } from './exchange.ts';
import { configMapExchanges } from './exchanges/config-maps.ts';
import { discoveryExchanges } from './exchanges/discovery.ts';
import { listExchanges } from './exchanges/lists.ts';
import { patchExchanges } from './exchanges/patches.ts';
import { preconditionExchanges } from './exchanges/preconditions.ts';
import { refusalExchanges } from './exchanges/refusals.ts';
import { reviewExchanges } from './exchanges/reviews.ts';
import { workloadExchanges } from './exchanges/workloads.ts';

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'conformance' } };

export const apiServerExchanges: readonly Exchange[] = [
  {
    name: 'create the namespace',
    method: 'POST',
    path: '/api/v1/namespaces',
    body: namespace,
    look: { body: 'whole' },
  },
  ...discoveryExchanges,
  ...configMapExchanges,
  ...listExchanges,
  ...patchExchanges,
  ...preconditionExchanges,
  ...workloadExchanges,
  ...reviewExchanges,
  ...refusalExchanges,
  {
    name: 'delete the namespace',
    method: 'DELETE',
    path: '/api/v1/namespaces/conformance',
    look: { body: ['kind', 'status.phase', 'metadata.name', 'spec.finalizers'] },
  },
];
