import { useQuery } from '@tanstack/react-query';
import type { TargetPlace } from '../../../src/control/contract.ts';
import { healthQuery, targetsQuery } from '../api/queries.ts';
import { Command, SameByCommand } from '../looks/command.tsx';
import { Named } from '../looks/named.tsx';
import { PageHead } from '../looks/page-head.tsx';
import { Seen } from '../looks/seen.tsx';
import { Failed, Nothing, Reading } from '../looks/state-of-page.tsx';
import { Tag } from '../looks/tag.tsx';
import { commandLine } from '../words/shell-word.ts';
import { texts } from '../words/texts.ts';
import styles from './targets.module.css';

const words = texts.targets;

/** The clusters behind this gateway, how each is reached, and how the gateway itself is. */
export function Targets() {
  const targets = useQuery(targetsQuery);
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      <Health />
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
      <ul className={styles.list}>
        {targets.data?.items.map((target) => (
          <Target key={target.name} target={target} />
        ))}
      </ul>
      <SameByCommand lines={['sallyport target list']} />
    </>
  );
}

function Target({ target: { name, port, path, hostNames } }: { readonly target: TargetPlace }) {
  return (
    <li className={styles.card}>
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
    </li>
  );
}

function Health() {
  const health = useQuery(healthQuery);
  if (health.data === undefined)
    return health.error === null ? null : <Failed error={health.error} again={() => void health.refetch()} />;
  const { version, store } = health.data;
  return (
    <section className={styles.health} aria-label={words.gateway}>
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
