import { and, truth } from '../truth.ts';
import { changes, isKind } from './asked-of.ts';
import type { Guard } from './guard.ts';

/** Reads of Secrets are for rules, and show masks. Masks that come back are put back; what changes a Secret stays closed until every client has been run against that. */
export const secretsGuard: Guard = {
  id: 'secrets',
  reason:
    'masks that come back are put back, but not every client has been run against that yet, so every change of a Secret is closed',
  advice:
    'reads are for rules, and show masks in place of values; once this guard is open, masks that are written back get their values, or the write is refused',
  covers: 'create, update, patch, delete and deletecollection of `secrets` of the core group',
  stops: {
    method: 'PATCH',
    uri: '/api/v1/namespaces/shop/secrets/db',
    mediaType: 'application/merge-patch+json',
    body: { metadata: { labels: { a: 'b' } } },
  },
  passes: { method: 'GET', uri: '/api/v1/namespaces/shop/secrets/db' },
  test: (question) => and(truth(isKind(question.operation, '', 'secrets')), changes(question)),
};
