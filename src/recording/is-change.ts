import type { ExchangeBegun } from './event.ts';

const CHANGING = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Whether it asks for a change of what is stored; a review, a dry run, a stream and what is only planned do not. */
export function isChange({ operation, planned }: Pick<ExchangeBegun, 'operation' | 'planned'>): boolean {
  if (operation === undefined || planned === true) return false;
  const { verb, apiGroup, query, stream } = operation;
  const isReview = apiGroup === 'authorization.k8s.io' || apiGroup === 'authentication.k8s.io';
  return CHANGING.has(verb) && !isReview && stream === undefined && !query.some(([key]) => key === 'dryRun');
}
