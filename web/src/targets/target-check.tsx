import { useMutation } from '@tanstack/react-query';
import type { TargetCheckView } from '../../../src/control/targets/target-check-contract.ts';
import { request } from '../api/request.ts';
import buttons from '../looks/buttons.module.css';
import { Ago } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Seen } from '../looks/seen.tsx';
import { type Meaning, Tag } from '../looks/tag.tsx';
import textStyles from '../looks/text.module.css';
import { targetTexts } from '../words/target-texts.ts';
import styles from './targets.module.css';

const words = targetTexts;

const MEANINGS: Readonly<Record<TargetCheckView['state'], Meaning>> = {
  ok: 'ok',
  warning: 'ask',
  failed: 'no',
  unknown: 'over',
};

/** Looks at one target when it is pressed: reach, proof of identity, the ends of credentials, and rights that are missing or not needed. */
export function TargetCheck({ name }: { readonly name: string }) {
  const check = useMutation({
    mutationFn: () => request<TargetCheckView>(`/targets/${encodeURIComponent(name)}/check`, { method: 'POST' }),
  });
  return (
    <div className={styles.check}>
      <div className={styles.row}>
        <button type="button" className={buttons.quiet} disabled={check.isPending} onClick={() => check.mutate()}>
          {check.isPending ? words.looking : check.data === undefined ? words.look : words.again}
        </button>
        {check.data !== undefined && (
          <span className={styles.at}>
            {words.at} <Ago at={check.data.at} />
          </span>
        )}
      </div>
      <ProblemLine error={check.error} />
      <div aria-live="polite">{check.data !== undefined && <Found found={check.data} />}</div>
    </div>
  );
}

function Found({ found: { checks } }: { readonly found: TargetCheckView }) {
  return (
    <ul className={styles.found}>
      {checks.map(({ check, state, message, missing = [], tooMuch = [] }) => (
        <li key={check}>
          <span className={styles.what}>
            <b>{words.checks[check]}</b> <Tag meaning={MEANINGS[state]}>{words.states[state]}</Tag>
          </span>
          <span className={textStyles.fine}>
            <Named>{message}</Named>
          </span>
          <Rights title={words.missing} rights={missing} />
          <Rights title={words.tooMuch} rights={tooMuch} />
        </li>
      ))}
    </ul>
  );
}

function Rights({ title, rights }: { readonly title: string; readonly rights: readonly string[] }) {
  if (rights.length === 0) return null;
  return (
    <span className={textStyles.fine}>
      {title}:{' '}
      {rights.map((right) => (
        <span key={right}>
          <code className={textStyles.name}>
            <Seen>{right}</Seen>
          </code>{' '}
        </span>
      ))}
    </span>
  );
}
