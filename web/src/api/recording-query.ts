import { queryOptions } from '@tanstack/react-query';
import { requestText } from './request.ts';

/** The lines of a recording. That it was read is an event of the journal's, so it is read once and not again by itself. */
export const recordingQuery = (id: string) =>
  queryOptions({
    queryKey: ['recording', id],
    queryFn: ({ signal }) => requestText(`/exchanges/${encodeURIComponent(id)}/recording`, signal),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
