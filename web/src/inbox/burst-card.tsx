import { useId, useState } from 'react';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { Asker } from '../approval/asker.tsx';
import type { Burst } from '../approval/bursts.ts';
import { RiskTag } from '../approval/question-tags.tsx';
import type { Saying } from '../approval/use-answer.ts';
import { Countdown } from '../looks/countdown.tsx';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import { useArmed } from '../looks/use-armed.ts';
import { texts } from '../words/texts.ts';
import styles from './burst-card.module.css';
import { useBurstAnswer } from './use-burst-answer.ts';

interface Props {
  /** What they have in common. */
  readonly of: Burst['of'];
  readonly questions: readonly ApprovalView[];
  readonly chosen: string | undefined;
  readonly onChoose: (question: ApprovalView) => void;
}

/**
 * Many questions of one kind, or of one caller, as one list, answered together: each by the digest of what is shown of it, and always with a second press. Of one caller,
 * dangerous ones are answered in this list only where the reader chooses them.
 */
export function BurstCard({ of, questions, chosen: shown, onChoose }: Props) {
  const answer = useBurstAnswer();
  // Security: what comes later is not chosen, so that nobody slips a question in between the two presses.
  const [chosenIds, setChosenIds] = useState<ReadonlySet<string>>(() => new Set(preselected(of, questions)));
  const [reason, setReason] = useState('');
  const chosen = questions.filter(({ id }) => chosenIds.has(id));
  const [first] = questions;
  const isLooking = chosen.some(({ preview }) => preview === 'looking');
  const answerAll = (said: Saying) => void answer.send(chosen, said, reason.trim());
  const approve = useArmed({
    isNeeded: true,
    about: chosen.map(({ digest }) => digest).join(),
    act: () => answerAll('approve'),
  });
  const toggle = (id: string) => {
    approve.disarm();
    setChosenIds((before) => (before.has(id) ? before.difference(new Set([id])) : before.union(new Set([id]))));
  };
  if (first === undefined) return null;
  const title = of === 'caller' ? texts.inbox.burstOfCaller(questions.length) : texts.inbox.burst(questions.length);
  const inPlaceOf = new Set(questions.flatMap((question) => question.inPlaceOf ?? []));
  const places = new Set(questions.map(({ target, namespace }) => [target, namespace].filter(Boolean).join(' / ')));
  return (
    <section className={styles.burst} aria-label={title}>
      <header className={styles.head}>
        <RiskTag approval={first} />
        <b>{title}</b>
        <Asker asker={first.asker} />
        <span className={styles.place}>
          <Seen>{[...places].join(', ')}</Seen>
        </span>
        {inPlaceOf.size > 0 && (
          <span className={styles.place}>
            <Named>{texts.question.inPlaceOf([...inPlaceOf])}</Named>
          </span>
        )}
      </header>
      <ul className={styles.list}>
        {questions.map((question) => (
          <Row
            key={question.id}
            question={question}
            isMixed={of === 'caller'}
            isChosen={chosenIds.has(question.id)}
            isShown={question.id === shown}
            onToggle={() => toggle(question.id)}
            onShow={() => onChoose(question)}
          />
        ))}
      </ul>
      <Answer
        count={chosen.length}
        isArmed={approve.isArmed}
        mayApprove={!answer.isSending && chosen.length > 0 && !isLooking}
        mayReject={!answer.isSending && chosen.length > 0}
        reason={reason}
        onReason={setReason}
        onApprove={approve.press}
        onReject={() => answerAll('reject')}
      />
      <p role="status">{answer.outcome}</p>
    </section>
  );
}

function preselected(of: Burst['of'], questions: readonly ApprovalView[]): readonly string[] {
  return questions.filter(({ shown }) => of !== 'caller' || shown.risk !== 'high').map(({ id }) => id);
}

interface RowProps {
  readonly question: ApprovalView;
  /** Whether each says how dangerous it is. */
  readonly isMixed: boolean;
  readonly isChosen: boolean;
  readonly isShown: boolean;
  readonly onToggle: () => void;
  readonly onShow: () => void;
}

function Row({ question, isMixed, isChosen, isShown, onToggle, onShow }: RowProps) {
  const { id, shown, askedAt, closesAt } = question;
  return (
    <li className={styles.row}>
      <input type="checkbox" checked={isChosen} onChange={onToggle} aria-label={shown.operation} />
      <button
        type="button"
        id={`card-${id}`}
        className={styles.one}
        aria-current={isShown || undefined}
        onClick={onShow}
      >
        <span className={styles.what}>
          <Named>{shown.operation}</Named> {isMixed && shown.risk !== 'plain' && <RiskTag approval={question} />}
        </span>
        <Countdown to={closesAt} from={askedAt} label={texts.question.closes} />
      </button>
    </li>
  );
}

interface AnswerProps {
  readonly count: number;
  readonly isArmed: boolean;
  readonly mayApprove: boolean;
  readonly mayReject: boolean;
  readonly reason: string;
  readonly onReason: (reason: string) => void;
  readonly onApprove: () => void;
  readonly onReject: () => void;
}

function Answer({ count, isArmed, mayApprove, mayReject, reason, onReason, onApprove, onReject }: AnswerProps) {
  const id = useId();
  return (
    <>
      <div className="field">
        <label htmlFor={id}>{texts.answer.reasonFor.reject}</label>
        <input
          id={id}
          value={reason}
          maxLength={500}
          autoComplete="off"
          onChange={({ target }) => onReason(target.value)}
        />
      </div>
      <div className={styles.buttons}>
        <button type="button" className={styles.no} disabled={!mayReject} onClick={onReject}>
          {texts.answer.burstReject(count)}
        </button>
        <button
          type="button"
          className={styles.yes}
          data-armed={isArmed || undefined}
          disabled={!mayApprove}
          onClick={onApprove}
        >
          {isArmed ? texts.answer.burstArm(count) : texts.answer.burstApprove(count)}
        </button>
      </div>
    </>
  );
}
