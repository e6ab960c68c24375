import { span } from '../words/duration.ts';
import { texts } from '../words/texts.ts';
import { useSecond } from './ticking.ts';

const SHORT = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const LONG = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** An instant in the reader's zone, with UTC under the pointer and in the markup. */
export function Instant({ at }: { readonly at: string }) {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  return (
    <time dateTime={at} title={texts.utc(at)}>
      {(isToday ? SHORT : LONG).format(date)}
    </time>
  );
}

function agoText(ms: number): string {
  return ms < 2_000 ? texts.justNow : texts.ago(span(Math.floor(ms / 1_000) * 1_000));
}

/** How long ago, with both clocks under the pointer. */
export function Ago({ at }: { readonly at: string }) {
  const now = useSecond();
  return (
    <time dateTime={at} title={`${LONG.format(new Date(at))} · ${texts.utc(at)}`}>
      {agoText(now - Date.parse(at))}
    </time>
  );
}
