import { useQuery } from '@tanstack/react-query';
import type { TargetPlace } from '../../../src/control/contract.ts';
import { healthQuery, selfQuery, statusQuery, targetsQuery } from '../api/queries.ts';
import { holds } from '../api/self.ts';
import { Command, SameByCommand } from '../looks/command.tsx';
import { Named } from '../looks/named.tsx';
import { PageHead } from '../looks/page-head.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { Failed, Nothing, Reading } from '../looks/state-of-page.tsx';
import { Tag } from '../looks/tag.tsx';
import { commandLine } from '../words/shell-word.ts';
import { targetTexts } from '../words/target-texts.ts';
import { texts } from '../words/texts.ts';
import { Notices } from './notices.tsx';
import { TargetCheck } from './target-check.tsx';
import styles from './targets.module.css';

const words = texts.targets;

/** The clusters behind this gateway, how each is reached, and how the gateway itself is. */
export function Targets() {
  const targets = useQuery(targetsQuery);
  const isOperator = holds(useQuery(selfQuery).data, 'operator');
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      <div className={`${sheets.cards} ${styles.health}`}>
        <Health />
        <Status />
      </div>
      {targets.isPending && <Reading />}
      {targets.data === undefined && targets.error !== null && (
        <Failed error={targets.error} again={() => void targets.refetch()} />
      )}
      {targets.data?.items.length === 0 && (
        <Nothing icon="targets" title={words.emptyTitle}>
          <p>
            <Named>{words.emptyText}</Named>
          </p>
        </Nothing>
      )}
      {isOperator && (targets.data?.items.length ?? 0) > 0 && <p className={styles.hint}>{targetTexts.hint}</p>}
      <ul className={sheets.cards}>
        {targets.data?.items.map((target) => (
          <Target key={target.name} target={target} mayLook={isOperator} />
        ))}
      </ul>
      <Notices />
      <SameByCommand lines={['sallyport target list', 'sallyport target check …', 'sallyport notices list']} />
    </>
  );
}

function Target({
  target: { name, port, path, hostNames },
  mayLook,
}: {
  readonly target: TargetPlace;
  readonly mayLook: boolean;
}) {
  return (
    <li className={sheets.card}>
      <h2>
        <Seen>{name}</Seen>
      </h2>
      <dl className={styles.facts}>
        <dt>{words.reach}</dt>
        <dd>
          <code>
            <Seen>{[words.port(port), path, ...hostNames].filter(Boolean).join(' · ')}</Seen>
          </code>
        </dd>
        <dt>{words.kubeconfig}</dt>
        <dd>
          <Command line={commandLine('sallyport', 'kubeconfig', '--config', 'sallyport.yaml', '--target', name)} />
        </dd>
      </dl>
      {mayLook && <TargetCheck name={name} />}
    </li>
  );
}

/** What hinders the gateway, what it warns of, and what is open under `unsafe`, for who holds a role. */
function Status() {
  const self = useQuery(selfQuery).data;
  const status = useQuery({ ...statusQuery, enabled: holds(self, 'auditor', 'operator') }).data;
  if (status === undefined) return null;
  const { reasons, warnings, unsafe } = status;
  return (
    <section className={sheets.card} aria-label={words.state}>
      <h2>
        {words.state}{' '}
        <Tag meaning={reasons.length > 0 ? 'no' : warnings.length + unsafe.length > 0 ? 'ask' : 'ok'}>
          {reasons.length > 0 ? words.notReady : warnings.length + unsafe.length > 0 ? words.look : words.well}
        </Tag>
      </h2>
      <Lines title={words.reasons} lines={reasons} isRed />
      <Lines title={words.unsafe} lines={unsafe} isRed />
      <Lines title={words.warnings} lines={warnings} />
    </section>
  );
}

function Lines({
  title,
  lines,
  isRed = false,
}: {
  readonly title: string;
  readonly lines: readonly string[];
  readonly isRed?: boolean;
}) {
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

function Health() {
  const health = useQuery(healthQuery);
  if (health.data === undefined)
    return health.error === null ? null : <Failed error={health.error} again={() => void health.refetch()} />;
  const { version, store } = health.data;
  return (
    <section className={sheets.card} aria-label={words.gateway}>
      <h2>{words.gateway}</h2>
      <dl className={styles.row}>
        <div>
          <dt>{words.version}</dt>
          <dd>
            <Seen>{version}</Seen>
          </dd>
        </div>
        <div>
          <dt>{words.store}</dt>
          <dd>
            {store === 'answers' ? (
              <Tag meaning="ok">{words.storeAnswers}</Tag>
            ) : (
              <>
                <Tag meaning="no">{store}</Tag> {words.storeFails}
              </>
            )}
          </dd>
        </div>
      </dl>
    </section>
  );
}
