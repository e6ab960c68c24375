import { Link } from '@tanstack/react-router';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { Instant } from '../looks/instant.tsx';
import textStyles from '../looks/text.module.css';
import { texts } from '../words/texts.ts';
import { Lines } from './lines.tsx';
import { Part } from './part.tsx';

const words = texts.question;

type BeforeView = NonNullable<ApprovalView['shown']['before']>;

/** What the caller asked lately and what became of it, and what it did in its session before it asked. */
export function Before({ before, session: id }: { readonly before: BeforeView; readonly session: string | undefined }) {
  const { session, noSession } = before;
  return (
    <>
      <Part title={words.askedBefore}>
        <Lines lines={askedLines(before)} />
      </Part>
      {(session !== undefined || noSession !== undefined) && (
        <Part title={words.sessionBefore}>
          {noSession !== undefined && <p className={textStyles.dim}>{words.noSession(noSession)}</p>}
          {session !== undefined && <Session session={session} id={id} />}
        </Part>
      )}
    </>
  );
}

function Session({
  session: { since, requests, changes, refused, failed, last },
  id,
}: {
  readonly session: NonNullable<BeforeView['session']>;
  readonly id: string | undefined;
}) {
  return (
    <>
      <p>
        {requests === 0 ? words.sessionBegins : words.sessionSums(requests, changes, refused, failed)}{' '}
        {since !== undefined && (
          <span className={textStyles.dim}>
            {words.sessionSince} <Instant at={since} />
          </span>
        )}
      </p>
      {last.length > 0 && (
        <>
          <p className={textStyles.dim}>{words.sessionLast}</p>
          <Lines lines={last} />
        </>
      )}
      {id !== undefined && requests > 0 && (
        <p>
          <Link to="/sessions/$id" params={{ id }}>
            {words.sessionLink}
          </Link>
        </p>
      )}
    </>
  );
}

function askedLines({ asked, approved, rejected, alike, alikeBy, isAtLeast }: BeforeView): readonly string[] {
  return [
    words.beforeHour(asked, approved, rejected),
    ...(alike === 0 ? [] : [words.beforeAlike(alike, alikeBy)]),
    ...(isAtLeast === true ? [words.beforeAtLeast] : []),
  ];
}
