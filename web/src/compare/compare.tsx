import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ExchangeWholeView } from '../../../src/control/session-contract.ts';
import { exchangeQuery } from '../api/queries.ts';
import { Part } from '../approval/part.tsx';
import { valueText } from '../approval/value-text.ts';
import { SameByCommand } from '../looks/command.tsx';
import { Instant } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { PageHead } from '../looks/page-head.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { Failed, Nothing, Reading } from '../looks/state-of-page.tsx';
import { Tag } from '../looks/tag.tsx';
import textStyles from '../looks/text.module.css';
import { callWords, meaningOf } from '../sessions/kind.ts';
import { callTexts, compareTexts, sessionTexts } from '../words/session-texts.ts';
import { commandLine } from '../words/shell-word.ts';
import styles from './compare.module.css';
import { sideBySide } from './side-by-side.ts';

const words = compareTexts;

/** Two calls beside each other: what was asked and what was answered, line by line. */
export function Compare() {
  const { a = '', b = '' } = useSearch({ from: '/compare' });
  const [left, right] = [useQuery(exchangeQuery(a)), useQuery(exchangeQuery(b))];
  const failed = left.error ?? right.error;
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      {failed !== null && (
        <Failed
          error={failed}
          again={() => {
            void left.refetch();
            void right.refetch();
          }}
        />
      )}
      {failed === null && (left.data === undefined || right.data === undefined) && <Reading />}
      {left.data !== undefined && right.data !== undefined && <Both left={left.data} right={right.data} />}
      <SameByCommand lines={[a, b].map((id) => commandLine('sallyport', 'explain', id))} />
    </>
  );
}

function Both({ left, right }: { readonly left: ExchangeWholeView; readonly right: ExchangeWholeView }) {
  const requests = [left.request?.text, right.request?.text] as const;
  const replies = [left.reply?.text, right.reply?.text] as const;
  return (
    <div className={styles.both}>
      <div className={styles.heads}>
        <Head call={left} />
        <Head call={right} />
      </div>
      {[...requests, ...replies].every((text) => text === undefined) && (
        <Nothing icon="sessions" title={words.nothingKept} />
      )}
      <Bodies title={callTexts.request} texts={requests} />
      <Bodies title={callTexts.reply} texts={replies} />
    </div>
  );
}

function Head({ call }: { readonly call: ExchangeWholeView }) {
  return (
    <Link to="/exchanges/$id" params={{ id: call.id }} className={`${sheets.card} ${styles.head}`}>
      <b>
        <Named>{callWords(call)}</Named>
      </b>
      <span className={textStyles.fine}>
        <Seen>{call.caller.subject}</Seen> · <Seen>{call.target}</Seen> · <Instant at={call.at} />
      </span>
      <span>
        <Tag meaning={meaningOf(call)}>
          {sessionTexts.outcomes[call.outcome]} {call.status ?? call.code ?? ''}
        </Tag>
      </span>
    </Link>
  );
}

function Bodies({
  title,
  texts: [left, right],
}: {
  readonly title: string;
  readonly texts: readonly [string | undefined, string | undefined];
}) {
  if (left === undefined && right === undefined) return null;
  const [old, now] = [valueText(left ?? ''), valueText(right ?? '')];
  return (
    <Part title={title} {...(old === now ? { hint: words.same } : {})}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <section className={styles.table} aria-label={title} tabIndex={0}>
        {sideBySide(old, now).map((pair, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <div key={index} className={styles.pair} data-differs={pair.left !== pair.right || undefined}>
            <pre>
              <Seen>{pair.left ?? ''}</Seen>
            </pre>
            <pre>
              <Seen>{pair.right ?? ''}</Seen>
            </pre>
          </div>
        ))}
      </section>
    </Part>
  );
}
