import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type SessionFilters, selfQuery, sessionsQuery } from '../api/queries.ts';
import { holds } from '../api/self.ts';
import { SameByCommand } from '../looks/command.tsx';
import { More } from '../looks/more.tsx';
import { Named } from '../looks/named.tsx';
import { PageHead } from '../looks/page-head.tsx';
import { Failed, Nothing, Reading } from '../looks/state-of-page.tsx';
import { sessionTexts } from '../words/session-texts.ts';
import { ExportRows } from './export-rows.tsx';
import { callsThatFit } from './exported.ts';
import { Filters } from './filters.tsx';
import { listCommand } from './list-command.ts';
import { Saved } from './saved.tsx';
import { SessionTable } from './session-table.tsx';
import styles from './sessions.module.css';

const words = sessionTexts;

/** Every session that the reader may see, narrowed by what the address says. */
export function Sessions() {
  const filters = useSearch({ from: '/sessions' });
  const navigate = useNavigate();
  const self = useQuery(selfQuery).data;
  const sessions = useInfiniteQuery(sessionsQuery(filters));
  const items = sessions.data?.pages.flatMap((page) => page.items) ?? [];
  const isFiltered = Object.keys(filters).length > 0;
  const go = (search: SessionFilters) => void navigate({ to: '/sessions', search, replace: true });
  return (
    <>
      <PageHead title={words.title} lead={holds(self, 'auditor', 'operator') ? words.lead : words.leadOwn} />
      <Filters filters={filters} onChange={go} />
      <Saved filters={filters} />
      {sessions.isPending && <Reading />}
      {sessions.data === undefined && sessions.error !== null && (
        <Failed error={sessions.error} again={() => void sessions.refetch()} />
      )}
      {sessions.data !== undefined && items.length === 0 && (
        <Nothing icon={isFiltered ? 'search' : 'sessions'} title={isFiltered ? words.noMatchTitle : words.emptyTitle}>
          <p>
            <Named>{isFiltered ? words.noMatchText : words.emptyText}</Named>
          </p>
          {isFiltered && (
            <p>
              <Link to="/sessions" search={{}}>
                {words.clear}
              </Link>
            </p>
          )}
        </Nothing>
      )}
      {items.length > 0 && (
        <>
          <SessionTable sessions={items} />
          <div className={styles.exports}>
            <ExportRows name="selection" read={() => callsThatFit(filters)} />
          </div>
        </>
      )}
      <More query={sessions} />
      <SameByCommand lines={[listCommand(filters)]} />
    </>
  );
}
