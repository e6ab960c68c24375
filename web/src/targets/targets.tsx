import { useQuery } from '@tanstack/react-query';
import type { TargetPlace } from '../../../src/control/contract.ts';
import { selfQuery, targetsQuery } from '../api/queries.ts';
import { holds } from '../api/self.ts';
import { Command, SameByCommand } from '../looks/command.tsx';
import { Named } from '../looks/named.tsx';
import { PageHead } from '../looks/page-head.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { Failed, Nothing, Reading } from '../looks/state-of-page.tsx';
import { commandLine } from '../words/shell-word.ts';
import { targetTexts } from '../words/target-texts.ts';
import { texts } from '../words/texts.ts';
import { Health } from './health.tsx';
import { Notices } from './notices.tsx';
import { TargetCheck } from './target-check.tsx';
import styles from './targets.module.css';

const words = texts.targets;

/** The clusters behind this gateway, how each is reached, and how the gateway itself is. */
export function Targets() {
  const targets = useQuery(targetsQuery);
  const self = useQuery(selfQuery).data;
  const [isOperator, maySee] = [holds(self, 'operator'), holds(self, 'auditor', 'operator')];
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
      {isOperator && (targets.data?.items.length ?? 0) > 0 && <p className={styles.hint}>{targetTexts.hint}</p>}
      <ul className={sheets.cards}>
        {targets.data?.items.map((target) => (
          <Target key={target.name} target={target} mayLook={isOperator} />
        ))}
      </ul>
      <Notices />
      <SameByCommand
        lines={[
          'sallyport target list',
          ...(maySee ? ['sallyport status', 'sallyport notices list'] : []),
          ...(isOperator ? ['sallyport target check …'] : []),
        ]}
      />
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
