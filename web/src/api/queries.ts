/* Every question that the pages ask, with the key under which its answer is kept: whoever shows it and whoever changes it name the same one. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import type {
  GatewayStatus,
  GrantView,
  KillView,
  Present,
  RefusalView,
  TargetPlace,
} from '../../../src/control/contract.ts';
import type { DelegationView } from '../../../src/control/delegations/delegation-contract.ts';
import type { KeyView } from '../../../src/control/key-contract.ts';
import type { NoticeView } from '../../../src/control/notices/notice-contract.ts';
import type { ExchangeWholeView, SessionStoryView, SessionView } from '../../../src/control/session-contract.ts';
import { lengthMs } from '../words/duration.ts';
import { gatewayNow } from './clock.ts';
import { request } from './request.ts';
import { learnSelf, type Self } from './self.ts';

/** A page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Events tell what changes; a list is read again so often all the same, in milliseconds. */
const AGAIN_MS = 30_000;
/** What no event tells is looked at so often, in milliseconds. */
const LOOK_MS = 2_000;

export const selfQuery = queryOptions({
  queryKey: ['self'],
  queryFn: async ({ signal }) => learnSelf(await request<Self>('/me', { signal })),
  staleTime: 60_000,
});

export const pendingQuery = queryOptions({
  queryKey: ['approvals', 'pending'],
  queryFn: ({ signal }) => request<Page<ApprovalView>>('/approvals?state=pending&limit=500', { signal }),
  refetchInterval: AGAIN_MS,
});

export const answeredQuery = queryOptions({
  queryKey: ['approvals', 'all'],
  queryFn: ({ signal }) => request<Page<ApprovalView>>('/approvals?limit=24', { signal }),
  refetchInterval: AGAIN_MS,
});

export const approvalQuery = (id: string) =>
  queryOptions({
    queryKey: ['approval', id],
    queryFn: ({ signal }) => request<ApprovalView>(`/approvals/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state }) => (isOver(state.data) ? false : AGAIN_MS / 6),
  });

export const grantsQuery = (isOfAll: boolean, state: GrantView['state']) =>
  infiniteQueryOptions({
    queryKey: ['grants', state, isOfAll],
    queryFn: ({ signal, pageParam }) =>
      request<Page<GrantView>>(
        `/grants?state=${state}&limit=200${isOfAll ? '&all=true' : ''}${pageParam === '' ? '' : `&after=${encodeURIComponent(pageParam)}`}`,
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: AGAIN_MS,
    placeholderData: keepPreviousData,
  });

/** One grant, however it stands. */
export const grantQuery = (id: string) =>
  queryOptions({
    queryKey: ['grants', 'one', id],
    queryFn: ({ signal }) => request<GrantView>(`/grants/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: AGAIN_MS,
  });

export const whoQuery = queryOptions({
  queryKey: ['who'],
  queryFn: ({ signal }) => request<Page<Present>>('/who', { signal }),
  refetchInterval: LOOK_MS,
});

/** What of a session is under way. */
export const openCallsQuery = (session: string) =>
  queryOptions({
    queryKey: ['who', 'open', session],
    queryFn: ({ signal }) =>
      request<SessionStoryView>(`/sessions/${encodeURIComponent(session)}?outcome=open&limit=50`, { signal }),
    refetchInterval: LOOK_MS,
    retry: false,
  });

export const killsQuery = queryOptions({
  queryKey: ['kills'],
  queryFn: ({ signal }) => request<Page<KillView>>('/kills', { signal }),
  refetchInterval: LOOK_MS * 2,
});

export const refusalsQuery = queryOptions({
  queryKey: ['refusals'],
  queryFn: ({ signal }) => request<Page<RefusalView>>('/refusals', { signal }),
  refetchInterval: AGAIN_MS,
});

export const targetsQuery = queryOptions({
  queryKey: ['targets'],
  queryFn: ({ signal }) => request<Page<TargetPlace>>('/targets', { signal }),
  refetchInterval: AGAIN_MS,
});

/** What the address of the list of sessions may say: the very names of the API. */
export interface SessionFilters {
  readonly text?: string;
  readonly caller?: string;
  readonly target?: string;
  readonly namespace?: string;
  readonly resource?: string;
  readonly verb?: string;
  readonly rule?: string;
  readonly decision?: string;
  /** A length of time until now. */
  readonly since?: string;
}

export const sessionsQuery = (filters: SessionFilters) =>
  infiniteQueryOptions({
    queryKey: ['sessions', filters],
    queryFn: ({ signal, pageParam }) =>
      request<Page<SessionView>>(`/sessions?${sessionParameters(filters, pageParam)}`, { signal }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });

export const sessionQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['session', id],
    queryFn: ({ signal, pageParam }) =>
      request<SessionStoryView>(
        `/sessions/${encodeURIComponent(id)}?${new URLSearchParams({ limit: '500', ...(pageParam === '' ? {} : { after: pageParam }) })}`,
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
  });

/** Calls of the same session with the same verb on the same kind. */
export const alikeQuery = ({ session, verb, resource, apiGroup }: ExchangeWholeView) =>
  queryOptions({
    queryKey: ['session', session, 'alike', verb, apiGroup, resource],
    queryFn: ({ signal }) =>
      request<SessionStoryView>(
        `/sessions/${encodeURIComponent(session)}?${new URLSearchParams({ verb, ...(resource === '' ? {} : { resource, apiGroup }), limit: '200' })}`,
        { signal },
      ),
  });

export const exchangeQuery = (id: string) =>
  queryOptions({
    queryKey: ['exchange', id],
    queryFn: ({ signal }) => request<ExchangeWholeView>(`/exchanges/${encodeURIComponent(id)}`, { signal }),
  });

export const keysQuery = (isOfAll: boolean) =>
  queryOptions({
    queryKey: ['keys', isOfAll],
    queryFn: ({ signal }) => request<Page<KeyView>>(`/keys${isOfAll ? '?all=true' : ''}`, { signal }),
    refetchInterval: AGAIN_MS,
  });

export const delegationsQuery = (isOfAll: boolean) =>
  queryOptions({
    queryKey: ['delegations', isOfAll],
    queryFn: ({ signal }) => request<Page<DelegationView>>(`/delegations${isOfAll ? '?all=true' : ''}`, { signal }),
    refetchInterval: AGAIN_MS,
    placeholderData: keepPreviousData,
  });

export const noticesQuery = queryOptions({
  queryKey: ['notices'],
  queryFn: ({ signal }) => request<Page<NoticeView>>('/notices', { signal }),
  refetchInterval: AGAIN_MS,
});

export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => request<{ version: string; store: 'answers' | 'fails' }>('/health', { signal }),
  refetchInterval: AGAIN_MS / 3,
});

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => request<GatewayStatus>('/gateway', { signal }),
  refetchInterval: AGAIN_MS / 3,
});

/** Whether a question and what was asked for are over, so that nothing about them changes any more. */
export function isOver(approval: ApprovalView | undefined): boolean {
  return (
    approval !== undefined && approval.state !== 'pending' && !['waiting', 'forwarded'].includes(approval.exchange)
  );
}

/** The filters as the API takes them, with the instant that a length of time until now comes to. */
export function sessionParameters({ since, ...same }: SessionFilters, after: string): URLSearchParams {
  const length = since === undefined ? undefined : lengthMs(since);
  return new URLSearchParams({
    ...same,
    ...(length === undefined ? {} : { since: new Date(gatewayNow() - length).toISOString() }),
    ...(after === '' ? {} : { after }),
  });
}
