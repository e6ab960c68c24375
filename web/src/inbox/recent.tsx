import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { answeredQuery } from '../api/queries.ts';
import { StateTag } from '../approval/question-tags.tsx';
import { Ago } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { texts } from '../words/texts.ts';
import styles from './recent.module.css';

/** So many are shown. */
const SHOWN_MAX = 12;

/** What was answered or ended lately, whoever answered it. */
export function Recent() {
  const all = useQuery(answeredQuery);
  const ended = all.data?.items.filter(({ state }) => state !== 'pending').slice(0, SHOWN_MAX) ?? [];
  if (ended.length === 0) return null;
  return (
    <section className={styles.recent}>
      <h2>{texts.inbox.recent}</h2>
      <ul className={sheets.rows}>
        {ended.map((approval) => (
          <li key={approval.id}>
            <Link to="/approvals/$id" params={{ id: approval.id }} className={`${sheets.row} ${styles.row}`}>
              <StateTag approval={approval} />
              <span className={styles.what}>
                <Named>{approval.shown.operation}</Named>
              </span>
              <span className={styles.who}>
                <Seen>{approval.asker.subject}</Seen>
              </span>
              <span className={styles.at}>
                <Ago at={approval.endedAt ?? approval.askedAt} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
