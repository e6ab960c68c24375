import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { Icon } from '../looks/icon.tsx';
import { Instant } from '../looks/instant.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { texts } from '../words/texts.ts';
import styles from './course.module.css';
import { type Step, stepsOf } from './progress.ts';

/** How far a question has come, step by step, until what was asked for has ended; told to readers of screens as it changes. */
export function Course({ approval }: { readonly approval: ApprovalView }) {
  return (
    <section className={sheets.card} aria-label={texts.question.course} aria-live="polite">
      <ol className={styles.steps}>
        {stepsOf(approval).map((step) => (
          <li key={step.title} className={styles.step} data-state={step.state}>
            <span className={styles.mark}>{mark(step)}</span>
            <span>
              <Seen>{step.title}</Seen>{' '}
              {step.at !== undefined && (
                <span className={styles.at}>
                  <Instant at={step.at} />
                </span>
              )}
            </span>
          </li>
        ))}
      </ol>
      {approval.answers
        .filter(({ reason }) => reason !== '')
        .map(({ subject, answer, reason, at, inPlaceOf }) => (
          <p key={`${subject} ${at}`} className={styles.said}>
            <b>
              <Seen>{inPlaceOf === undefined ? subject : texts.progress.inPlaceOf(subject, inPlaceOf)}</Seen>
            </b>{' '}
            ({texts.question.said[answer]}): “<Seen>{reason}</Seen>”
          </p>
        ))}
    </section>
  );
}

function mark({ state }: Step) {
  if (state === 'done') return <Icon name="check" />;
  if (state === 'alone') return <Icon name="warn" />;
  return state === 'bad' ? <Icon name="cross" /> : null;
}
