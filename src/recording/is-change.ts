import type { RecordedOperation } from './event.ts';

const CHANGING = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Whether it asks for a change of what is stored; a review, a dry run and a stream do not. */
export function isChange({ verb, apiGroup, query, stream }: RecordedOperation): boolean {
  const isReview = apiGroup === 'authorization.k8s.io' || apiGroup === 'authentication.k8s.io';
  return CHANGING.has(verb) && !isReview && stream === undefined && !query.some(([key]) => key === 'dryRun');
}
