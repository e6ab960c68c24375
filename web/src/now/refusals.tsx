import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { LiveExchange } from '../../../src/control/session-contract.ts';
import { apiUrl } from '../api/base.ts';
import { Instant } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import { Tag } from '../looks/tag.tsx';
import textStyles from '../looks/text.module.css';
import { callWords } from '../sessions/kind.ts';
import { texts } from '../words/texts.ts';
import styles from './now.module.css';

const words = texts.now;

/** Limit: refusals that are shown; the sessions have them all. */
const SHOWN_MAX = 20;

/** Refusals as they come, since the page was opened, the last first. */
export function RefusalsNow() {
  const [refused, setRefused] = useState<readonly LiveExchange[]>([]);
  useEffect(() => {
    const source = new EventSource(apiUrl('/exchanges/events'));
    source.addEventListener('exchange', ({ data }) => {
      const exchange = JSON.parse(data) as LiveExchange;
      if (exchange.outcome === 'refused' && exchange.planned !== true)
        setRefused((before) => [exchange, ...before].slice(0, SHOWN_MAX));
    });
    return () => source.close();
  }, []);
  return (
    <section className={styles.refused}>
      <h2>{words.refusals}</h2>
      {refused.length === 0 && <p className={textStyles.fine}>{words.noRefusals}</p>}
      <ul aria-live="polite">
        {refused.map((exchange) => (
          <li key={exchange.id} className={styles.refusal}>
            <Instant at={exchange.at} />
            <b>
              <Seen>{exchange.caller.subject}</Seen>
            </b>
            <Link to="/exchanges/$id" params={{ id: exchange.id }}>
              <Named>{callWords({ ...exchange, path: '' })}</Named>
            </Link>
            <Tag meaning={exchange.code === 'HELD' || exchange.code === 'HELD_WAITING' ? 'ask' : 'no'}>
              {exchange.code ?? ''}
            </Tag>
          </li>
        ))}
      </ul>
    </section>
  );
}
