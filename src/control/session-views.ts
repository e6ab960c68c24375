import type { Event, ExchangeBegun, ExchangeEnded } from '../recording/event.ts';
import type { FoundExchange, FoundSession, FoundStory, FoundWhole } from '../recording/found.ts';
import type { KeptBody } from './kept-bodies.ts';
import type { ExchangeRowView, ExchangeWholeView, SessionStoryView, SessionView } from './session-contract.ts';
import { instant } from './views.ts';

/** A session as the wire has it. */
export function sessionView({ subject, issuer, kind, startedAt, lastAt, ...same }: FoundSession): SessionView {
  return {
    ...same,
    caller: callerView({ subject, issuer, kind }),
    startedAt: instant(startedAt),
    lastAt: instant(lastAt),
  };
}

/** What was run, as the wire has it. */
export function storyView({ startedAt, lastAt, ...same }: FoundStory): SessionStoryView['stories'][number] {
  return { ...same, startedAt: instant(startedAt), lastAt: instant(lastAt) };
}

/** The story of an exchange among those of its session; undefined where none of them has it. */
export function storyOf(stories: readonly FoundStory[], { at, claimed }: FoundExchange): string | undefined {
  if (claimed !== undefined)
    return stories.find(
      (story) => story.claimed?.session === claimed.session && story.claimed.command === claimed.command,
    )?.id;
  return stories.findLast((story) => story.claimed === undefined && story.startedAt <= at)?.id;
}

/** An exchange as the wire has it. */
export function exchangeView({ subject, issuer, kind, at, ...same }: FoundExchange): ExchangeRowView {
  return { ...same, at: instant(at), caller: callerView({ subject, issuer, kind }) };
}

/** An exchange with all that its lines say. */
export function wholeView(
  { exchange, lines }: FoundWhole,
  bodies: ReadonlyMap<'request' | 'reply', KeptBody>,
): ExchangeWholeView {
  const events = lines.map(({ line }) => JSON.parse(line) as Event);
  const begun = events.find((event): event is ExchangeBegun => event.type === 'exchange.begun');
  const ended = events.find((event): event is ExchangeEnded => event.type === 'exchange.ended');
  const { outcome, decision, output } = ended ?? {};
  const files = events.flatMap((event) => (event.type === 'exchange.recorded' ? (event.end?.files ?? []) : []))[0];
  const { body, ...operation } = begun?.operation ?? {};
  return {
    ...exchangeView(exchange),
    peer: begun?.peer ?? '',
    method: begun?.method ?? '',
    ...(begun?.operation === undefined ? {} : { operation }),
    permits: events.flatMap((event) => {
      if (event.type !== 'exchange.permitted') return [];
      const { type: _, exchange: __, at, ...permit } = event;
      return [{ ...permit, at: instant(at) }];
    }),
    ...(decision === undefined ? {} : { answer: decision }),
    ...(outcome !== undefined && 'message' in outcome ? { message: outcome.message } : {}),
    ...(outcome !== undefined && 'reason' in outcome ? { reason: outcome.reason } : {}),
    ...(body === undefined ? {} : { request: { ...bodies.get('request'), ...body } }),
    ...(ended?.traffic === undefined ? {} : { reply: { ...bodies.get('reply'), bytes: ended.traffic.bytesOut } }),
    ...(files === undefined ? {} : { files: { ...files, first: [...files.first] } }),
    ...(output === undefined ? {} : { edits: output }),
    journal: events.map(({ type, at }, i) => ({
      seq: lines[i]?.seq ?? 0,
      type,
      at: instant(at),
      hash: lines[i]?.hash ?? '',
    })),
  };
}

function callerView({
  subject,
  issuer,
  kind,
}: Pick<FoundExchange, 'subject' | 'issuer' | 'kind'>): SessionView['caller'] {
  return { subject, issuer, kind: kind === 'person' ? 'person' : 'autonomous' };
}
