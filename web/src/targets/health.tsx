import { useQuery } from '@tanstack/react-query';
import type { GatewayPart } from '../../../src/control/contract.ts';
import { healthQuery, selfQuery, statusQuery } from '../api/queries.ts';
import { holds } from '../api/self.ts';
import { Named } from '../looks/named.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { Failed } from '../looks/state-of-page.tsx';
import { type Meaning, Tag } from '../looks/tag.tsx';
import textStyles from '../looks/text.module.css';
import { healthTexts as words } from '../words/health-texts.ts';
import styles from './targets.module.css';

/** How the gateway is: for who holds a role part by part, with what hinders it, what is open under `unsafe` and what it warns of first. */
export function Health() {
  const self = useQuery(selfQuery).data;
  const maySee = holds(self, 'auditor', 'operator');
  const health = useQuery(healthQuery);
  const status = useQuery({ ...statusQuery, enabled: maySee });
  if (health.data === undefined)
    return health.error === null ? null : <Failed error={health.error} again={() => void health.refetch()} />;
  const { version, store } = health.data;
  const { reasons = [], warnings = [], unsafe = [], parts } = status.data ?? {};
  const state = reasons.length > 0 ? 'failed' : warnings.length + unsafe.length > 0 ? 'warning' : worstOf(parts);
  return (
    <section className={`${sheets.card} ${styles.health}`} aria-label={words.gateway}>
      <div className={sheets.top}>
        <h2>{words.gateway}</h2>
        {status.data !== undefined && <Tag meaning={MEANINGS[state]}>{words.states[state]}</Tag>}
        <span className={textStyles.fine}>
          {words.version} <Seen>{version}</Seen>
        </span>
      </div>
      {store === 'fails' && parts === undefined && (
        <p className={sheets.notice} data-meaning="no">
          {words.storeFails}
        </p>
      )}
      <Lines title={words.reasons} lines={reasons} isRed />
      <Lines title={words.unsafe} lines={unsafe} isRed />
      <Lines title={words.warnings} lines={warnings} />
      {maySee && <ProblemLine error={status.data === undefined ? status.error : null} />}
      {parts !== undefined && <Parts parts={parts} />}
    </section>
  );
}

const MEANINGS: Readonly<Record<GatewayPart['state'], Meaning>> = {
  ok: 'ok',
  warning: 'ask',
  failed: 'no',
  unknown: 'over',
};

function worstOf(parts: readonly GatewayPart[] = []): GatewayPart['state'] {
  return (['failed', 'warning'] as const).find((state) => parts.some((part) => part.state === state)) ?? 'ok';
}

function Parts({ parts }: { readonly parts: readonly GatewayPart[] }) {
  return (
    <ul className={styles.parts}>
      {parts.map(({ part, name, worker, state, message }) => (
        <li key={`${part} ${name ?? ''} ${worker ?? ''}`}>
          <span className={styles.part}>
            <b>{words.parts[part]}</b> {name !== undefined && <Seen>{name}</Seen>}{' '}
            {worker !== undefined && <span className={textStyles.fine}>{words.worker(worker)}</span>}
          </span>
          <Tag meaning={MEANINGS[state]}>{words.partStates[state]}</Tag>
          <span className={styles.said}>
            <Named>{message}</Named>
          </span>
        </li>
      ))}
    </ul>
  );
}

interface LinesProps {
  readonly title: string;
  readonly lines: readonly string[];
  readonly isRed?: boolean;
}

function Lines({ title, lines, isRed = false }: LinesProps) {
  if (lines.length === 0) return null;
  return (
    <div className={sheets.notice} data-meaning={isRed ? 'no' : 'ask'}>
      <h3>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>
            <Named>{line}</Named>
          </li>
        ))}
      </ul>
    </div>
  );
}
