import type { ReactNode } from 'react';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { Seen } from '../looks/seen.tsx';
import textStyles from '../looks/text.module.css';
import { texts } from '../words/texts.ts';
import { Lines } from './lines.tsx';
import { Part } from './part.tsx';
import styles from './question.module.css';

const words = texts.question;

/** What else was looked up: data that goes, replicas, budgets, who takes what is written, who gains by it, and the pod that a program would run in. */
export function Preview({ shown }: { readonly shown: ApprovalView['shown'] }) {
  const { volumes = [], scale, budgets = [], uses = [], gains = [], pod } = shown;
  return (
    <>
      {volumes.length > 0 && (
        <Part title={words.volumes} meaning="no">
          <Rows rows={volumes.map(({ claim, reclaims }) => [claim, words.reclaims[reclaims] ?? reclaims])} />
        </Part>
      )}
      {gains.length > 0 && (
        <Part title={words.gains} meaning="no">
          <Lines lines={gains.map(({ who, may }) => words.gain(who, may))} />
        </Part>
      )}
      {scale !== undefined && (
        <Part title={words.scale}>
          <p>{words.scaleFromTo(scale.from, scale.to)}</p>
        </Part>
      )}
      {budgets.length > 0 && (
        <Part title={words.budgets}>
          <Rows rows={budgets.map(({ name, allows }) => [name, words.allows(allows)])} />
        </Part>
      )}
      {uses.length > 0 && (
        <Part title={words.uses}>
          <Rows
            rows={uses.map(({ kind, names, count, as }) => [
              `${kind} ${names.join(', ')}`,
              [...(count > names.length ? [words.lossMore(count - names.length)] : []), words.usedAs(as)].join(', '),
            ])}
          />
        </Part>
      )}
      {pod !== undefined && <Pod pod={pod} />}
    </>
  );
}

function Pod({ pod }: { readonly pod: NonNullable<ApprovalView['shown']['pod']> }) {
  const { privileges, ...facts } = pod;
  const rows = Object.entries(words.podFacts).map(([key, name]) => [facts[key as keyof typeof facts], name] as const);
  return (
    <Part title={words.pod} {...(privileges.length === 0 ? {} : { meaning: 'no' as const })}>
      <Rows rows={rows.map(([value, name]) => [value, name])} />
      <Lines lines={privileges} />
    </Part>
  );
}

/** Names, each with what is said of it. */
function Rows({ rows }: { readonly rows: readonly (readonly [name: string, said: ReactNode])[] }) {
  return (
    <ul className={styles.list}>
      {rows.map(([name, said]) => (
        <li key={`${name} ${said}`}>
          <code className={textStyles.name}>
            <Seen>{name}</Seen>
          </code>{' '}
          <span className={textStyles.dim}>{said}</span>
        </li>
      ))}
    </ul>
  );
}
