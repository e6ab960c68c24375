import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { SessionStoryView } from '../../../src/control/session-contract.ts';
import { sessionQuery } from '../api/queries.ts';
import buttons from '../looks/buttons.module.css';
import { Choice } from '../looks/choice.tsx';
import { SameByCommand } from '../looks/command.tsx';
import { Icon } from '../looks/icon.tsx';
import { Instant } from '../looks/instant.tsx';
import { More } from '../looks/more.tsx';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import { Failed, Reading } from '../looks/state-of-page.tsx';
import { span } from '../words/duration.ts';
import { sessionTexts } from '../words/session-texts.ts';
import { commandLine } from '../words/shell-word.ts';
import { Calls } from './calls.tsx';
import { ExportRows } from './export-rows.tsx';
import { callsOf } from './exported.ts';
import { Jumps } from './jumps.tsx';
import { isOf, KINDS } from './kind.ts';
import { Stories } from './stories.tsx';
import looks from './story.module.css';
import type { StorySearch } from './story-search.ts';
import { TimeLine } from './time-line.tsx';

const words = sessionTexts;

/** A session as a story: who, where, how long, what its caller said that it ran, every call in its order, and jumps to what matters. */
export function SessionPage() {
  const { id } = useParams({ from: '/sessions/$id' });
  const session = useInfiniteQuery(sessionQuery(id));
  const [first] = session.data?.pages ?? [];
  const more = session.hasNextPage ? async () => (await session.fetchNextPage()).data : undefined;
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
      {first !== undefined && (
        <Story session={first} calls={session.data?.pages.flatMap((page) => page.items) ?? []} more={more} />
      )}
      <More query={session} />
      <SameByCommand
        lines={[
          commandLine('sallyport', 'sessions', 'show', id),
          commandLine('sallyport', 'sessions', 'export', id, '--format', 'proven'),
        ]}
      />
    </>
  );
}

interface StoryProps {
  readonly session: SessionStoryView;
  readonly calls: SessionStoryView['items'];
  /** Reads the calls that come after; undefined where these are all. */
  readonly more: (() => Promise<{ readonly pages: readonly SessionStoryView[] } | undefined>) | undefined;
}

function Story({ session, calls, more }: StoryProps) {
  const { kind = 'all', story } = useSearch({ from: '/sessions/$id' });
  const navigate = useNavigate();
  const shown = calls.filter((call) => isOf(call, kind) && (story === undefined || call.story === story));
  const go = (search: StorySearch) =>
    void navigate({ to: '/sessions/$id', params: { id: session.id }, search, replace: true });
  const ofStory = story === undefined ? {} : { story };
  return (
    <>
      <header className={looks.head}>
        <h1>
          <Seen>{session.caller.subject}</Seen> <Named>{words.story(session.target)}</Named>
        </h1>
        <p className={looks.lead}>
          <Instant at={session.startedAt} /> · {words.lasted.toLowerCase()}{' '}
          {span(Date.parse(session.lastAt) - Date.parse(session.startedAt))} · {session.exchanges}{' '}
          {words.calls.toLowerCase()} · {session.changes} {words.changes.toLowerCase()} · {session.refused}{' '}
          {words.refused.toLowerCase()}
          {session.planned > 0 && ` · ${session.planned} ${words.planned}`}
        </p>
      </header>
      <TimeLine session={session} calls={calls} />
      <Stories session={session} onChoose={(chosen) => go({ ...(kind === 'all' ? {} : { kind }), ...chosen })} />
      <div className={looks.kinds}>
        <Choice
          label={words.show}
          value={kind}
          options={KINDS.map((each) => [each, words.kinds[each]] as const)}
          onChoose={(chosen) => go({ ...ofStory, ...(chosen === 'all' ? {} : { kind: chosen }) })}
        />
        <Jumps calls={shown} more={more} />
        <ExportRows name={session.id} read={() => callsOf(session.id, { ...ofStory, kind })} />
      </div>
      {shown.length === 0 ? <p className={looks.lead}>{words.noneOfKind}</p> : <Calls calls={shown} />}
    </>
  );
}
