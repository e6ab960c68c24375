// What the suites of streams share: a small world whose caller may stream, and the journal's end of one exchange.

import type { ExchangeBegun, ExchangeEnded } from '../../src/recording/event.ts';
import { type SmallWorld, startSmallWorld, type WorldOptions } from './small-world.ts';

/** Everything, streams included, for the group `ops`. */
export const STREAM_POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: streams }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: all, effect: allow, verbs: ["*"], apiGroups: ["*"], resources: ["*", secrets] }
  - { id: streams, effect: allow, powers: [exec, attach, portforward, pods-proxy, services-proxy] }
`;

/** A small world with that policy and these limits (the inside of a YAML flow mapping), which stops without waiting for streams that a test left open. */
export function startStreamWorld({
  limits = '',
  areMasksOpen = false,
  ...options
}: WorldOptions & { readonly limits?: string; readonly areMasksOpen?: boolean } = {}): Promise<SmallWorld> {
  const config = `limits: { stopTimeoutMs: 1${limits === '' ? '' : `, ${limits}`} }\n`;
  const unsafe = areMasksOpen ? 'unsafe: { openMasks: [{ id: "*", callers: [{ everyone: true }] }] }\n' : '';
  return startSmallWorld({ policy: STREAM_POLICY, ...options, config: config + unsafe });
}

/** Ends of exchanges whose request target holds `text`; resolves once there are `count` of them. Each exchange has one end. */
export async function endsOf(world: SmallWorld, text: string, count = 1): Promise<readonly ExchangeEnded[]> {
  for (;;) {
    const events = await world.events();
    const begun = events.filter((event): event is ExchangeBegun => event.type === 'exchange.begun');
    const ids = new Set(
      begun.filter(({ operation }) => operation?.path.includes(text)).map(({ exchange }) => exchange),
    );
    const ended = events.filter((event): event is ExchangeEnded => event.type === 'exchange.ended');
    const ends = ended.filter(({ exchange }) => ids.has(exchange));
    if (ends.length > ids.size) throw new Error('an exchange ended twice');
    if (ends.length >= count) return ends;
  }
}

/** An outcome in a few words. */
export function told({ outcome, traffic }: ExchangeEnded): string {
  const status = 'status' in outcome && outcome.status !== undefined ? ` ${outcome.status}` : '';
  const reason = outcome.kind === 'answered' && outcome.reason !== undefined ? ` (${outcome.reason})` : '';
  const bytes = traffic === undefined ? '' : `, ${traffic.bytesIn} in, ${traffic.bytesOut} out`;
  return `${outcome.kind}${status}${reason}${bytes}`;
}
