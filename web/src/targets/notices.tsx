import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { NoticeView } from '../../../src/control/notices/notice-contract.ts';
import { noticesQuery, selfQuery } from '../api/queries.ts';
import { request } from '../api/request.ts';
import { holds } from '../api/self.ts';
import buttons from '../looks/buttons.module.css';
import { Ago } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import textStyles from '../looks/text.module.css';
import { count } from '../words/count.ts';
import { targetTexts } from '../words/target-texts.ts';
import styles from './targets.module.css';

const words = targetTexts.notices;

/** What people were to be told and were not; nothing where all of it arrived. */
export function Notices() {
  const self = useQuery(selfQuery).data;
  const notices = useQuery({ ...noticesQuery, enabled: holds(self, 'auditor', 'operator') }).data?.items ?? [];
  if (notices.length === 0) return null;
  return (
    <section className={styles.notices}>
      <h2>{words.title}</h2>
      <ul className={sheets.cards}>
        {notices.map((notice) => (
          <Notice key={notice.id} notice={notice} mayRetry={holds(self, 'operator')} />
        ))}
      </ul>
    </section>
  );
}

function Notice({ notice, mayRetry }: { readonly notice: NoticeView; readonly mayRetry: boolean }) {
  const { id, title, notifier, at, tries, failure } = notice;
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: () => request<NoticeView>(`/notices/${encodeURIComponent(id)}/retry`, { method: 'POST' }),
    onSettled: () => client.invalidateQueries({ queryKey: ['notices'] }),
  });
  return (
    <li className={sheets.card}>
      <p className={styles.told}>
        <Named>{title}</Named>
      </p>
      <p className={textStyles.fine}>
        {words.to} <Seen>{notifier}</Seen> · <Ago at={at} /> · {count(tries, 'try', 'tries')}
      </p>
      <p className={sheets.notice} data-meaning="no">
        <Seen>{failure}</Seen>
      </p>
      <ProblemLine error={retry.error} />
      {mayRetry && (
        <div className={sheets.acts}>
          <button type="button" className={buttons.small} disabled={retry.isPending} onClick={() => retry.mutate()}>
            {words.retry}
          </button>
        </div>
      )}
    </li>
  );
}
