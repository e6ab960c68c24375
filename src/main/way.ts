import type { Upstream, UpstreamOptions } from '../connectors/kubernetes/upstream/upstream.ts';

type WayOptions = Pick<UpstreamOptions, 'identity' | 'limits'> &
  Partial<Pick<UpstreamOptions, 'credentials' | 'onConnected'>>;

/** Opens the way to one server: with the credentials that it was made with, or for a reader with others. */
export type Way = (options: WayOptions) => Upstream;

/** The ways to one target: with the credential that forwards, and with the reader's. */
export interface Ways {
  readonly own: Way;
  /** The same where there is no reader. */
  readonly reader: Way;
  readonly hasReader: boolean;
}
