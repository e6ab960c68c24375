import { useQuery } from '@tanstack/react-query';
import { selfQuery } from './queries.ts';
import type { Self } from './self.ts';

/** Who is signed in; undefined until it is known. */
export function useSelf(): Self | undefined {
  return useQuery(selfQuery).data;
}
