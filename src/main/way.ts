import type { Upstream, UpstreamOptions } from '../connectors/kubernetes/upstream/upstream.ts';

/** Opens the way to one server: with the credentials that it was made with, or for a reader with others. */
export type Way = (
  options: Pick<UpstreamOptions, 'identity' | 'limits'> & Partial<Pick<UpstreamOptions, 'credentials'>>,
) => Upstream;
