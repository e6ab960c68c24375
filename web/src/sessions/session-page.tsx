import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ExchangeRowView, SessionStoryView } from '../../../src/control/session-contract.ts';
import { sessionQuery } from '../api/queries.ts';
import buttons from '../looks/buttons.module.css';
import { Choice } from '../looks/choice.tsx';
import { SameByCommand } from '../looks/command.tsx';
import { Icon } from '../looks/icon.tsx';
import { Instant } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import { Failed, Reading } from '../looks/state-of-page.tsx';
import { span } from '../words/duration.ts';
import { commandLine } from '../words/shell-word.ts';
import { texts } from '../words/texts.ts';
import { Calls } from './calls.tsx';
import { isOf, KINDS, type Kind } from './kind.ts';
import story from './story.module.css';
import { TimeLine } from './time-line.tsx';

const words = texts.sessions;

/** A session as a story: who, where, how long, every call in its order, and jumps to what matters. */
export function SessionPage() {
  const { id } = useParams({ from: '/sessions/$id' });
  const session = useInfiniteQuery(sessionQuery(id));
  const [first] = session.data?.pages ?? [];
  return (
    <>
      <Link to="/sessions" className={buttons.back}>
        <Icon name="back" />
        {words.back}
      </Link>
      {session.isPending && <Reading />}
      {first === undefined && session.error !== null && (
        <Failed error={session.error} again={() => void session.refetch()} />
      )}
      {first !== undefined && <Story session={first} calls={session.data?.pages.flatMap((page) => page.items) ?? []} />}
      {session.hasNextPage && (
        <div className={buttons.more}>
          <button
            type="button"
            className={buttons.quiet}
            disabled={session.isFetchingNextPage}
            onClick={() => void session.fetchNextPage()}
          >
            {words.more}
          </button>
        </div>
      )}
      <SameByCommand lines={[commandLine('sallyport', 'sessions', 'show', id)]} />
    </>
  );
}

function Story({ session, calls }: { readonly session: SessionStoryView; readonly calls: readonly ExchangeRowView[] }) {
  const { kind = 'all' } = useSearch({ from: '/sessions/$id' });
  const navigate = useNavigate();
  const shown = calls.filter((call) => isOf(call, kind));
  const choose = (chosen: Kind) =>
    void navigate({
      to: '/sessions/$id',
      params: { id: session.id },
      search: chosen === 'all' ? {} : { kind: chosen },
      replace: true,
    });
  return (
    <>
      <header className={story.head}>
        <h1>
          <Seen>{session.caller.subject}</Seen> <Named>{words.story(session.target)}</Named>
        </h1>
        <p className={story.lead}>
          <Instant at={session.startedAt} /> · {words.lasted.toLowerCase()}{' '}
          {span(Date.parse(session.lastAt) - Date.parse(session.startedAt))} · {session.exchanges}{' '}
          {words.calls.toLowerCase()} · {session.changes} {words.changes.toLowerCase()} · {session.refused}{' '}
          {words.refused.toLowerCase()}
        </p>
      </header>
      <TimeLine calls={calls} />
      <div className={story.kinds}>
        <Choice
          label={words.show}
          value={kind}
          options={KINDS.map((each) => [each, words.kinds[each]] as const)}
          onChoose={choose}
        />
      </div>
      {shown.length === 0 ? <p className={story.lead}>{words.noneOfKind}</p> : <Calls calls={shown} />}
    </>
  );
}
