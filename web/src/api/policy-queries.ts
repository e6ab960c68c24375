/* What the page of policy asks. */
import { queryOptions } from '@tanstack/react-query';
import type { PolicyView, ShadowReport } from '../../../src/control/policy-contract.ts';
import { request } from './request.ts';

/** A file of the policy, as it is now. */
export interface PolicyFile {
  readonly file: string;
  readonly text: string;
}

export const policyQuery = queryOptions({
  queryKey: ['policy'],
  queryFn: ({ signal }) => request<PolicyView>('/policy', { signal }),
});

/** Read once for a proposal: it does not change under who edits. */
export const policyFilesQuery = queryOptions({
  queryKey: ['policy', 'files'],
  queryFn: ({ signal }) => request<{ readonly items: readonly PolicyFile[] }>('/policy/files', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const shadowQuery = (since: string) =>
  queryOptions({
    queryKey: ['policy', 'shadow', since],
    queryFn: ({ signal }) => request<ShadowReport>(`/policy/shadow?since=${since}`, { signal }),
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
