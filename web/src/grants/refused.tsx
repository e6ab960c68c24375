import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { refusalsQuery } from '../api/queries.ts';
import { Ago } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { texts } from '../words/texts.ts';
import styles from './grants.module.css';

/** So many are shown. */
const SHOWN_MAX = 6;

/** What the reader was refused lately and could ask for; each fills the form. */
export function Refused() {
  const refusals = useQuery(refusalsQuery);
  const offered =
    refusals.data?.items.flatMap((refusal) =>
      refusal.grant === undefined ? [] : [{ ...refusal, link: linkOf(refusal.grant.link) }],
    ) ?? [];
  if (offered.length === 0) return null;
  return (
    <section className={styles.refused}>
      <h2>{texts.ask.refused}</h2>
      <ul>
        {offered.slice(0, SHOWN_MAX).map(({ exchange, message, at, link }) => (
          <li key={exchange}>
            <Named>{message}</Named> <Ago at={at} />{' '}
            <Link to="/grants/ask" search={{ grant: link }} reloadDocument>
              {texts.ask.fill}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What a suggestion's link carries. */
function linkOf(link: string): string {
  return URL.parse(link)?.searchParams.get('grant') ?? '';
}
