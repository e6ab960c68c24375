import { useQuery } from '@tanstack/react-query';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { selfQuery } from '../api/queries.ts';
import { Asker } from '../approval/asker.tsx';
import { RiskTag } from '../approval/question-tags.tsx';
import { approversOf, seatOf } from '../approval/seat.ts';
import { Countdown } from '../looks/countdown.tsx';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import { texts } from '../words/texts.ts';
import styles from './question-card.module.css';

interface Props {
  readonly approval: ApprovalView;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

/** A question in five seconds: how dangerous, what, where, who, why the reader, and how long it is open. */
export function QuestionCard({ approval, isChosen, onChoose }: Props) {
  const self = useQuery(selfQuery).data;
  const { id, shown, target, namespace, asker, askedAt, closesAt, mayAnswer } = approval;
  const [worst] = shown.risks;
  return (
    <button
      type="button"
      id={`card-${id}`}
      className={styles.card}
      data-risk={approval.shown.risk}
      aria-current={isChosen || undefined}
      onClick={onChoose}
    >
      <span className={styles.top}>
        <RiskTag approval={approval} />
        <span className={styles.place}>
          <Seen>{target}</Seen>
          {namespace !== '' && (
            <>
              {' / '}
              <Seen>{namespace}</Seen>
            </>
          )}
        </span>
        <span className={styles.closes}>
          <Countdown to={closesAt} from={askedAt} label={texts.question.closes} />
        </span>
      </span>
      <span className={styles.what}>
        <Named>{shown.operation}</Named>
      </span>
      {worst !== undefined && (
        <span className={styles.worst}>
          <Named>{worst}</Named>
        </span>
      )}
      <span className={styles.foot}>
        <Asker asker={asker} />
        <span className={styles.why}>
          <Named>
            {approval.mayBreakGlass === true
              ? texts.question.mayBreakGlass
              : mayAnswer
                ? texts.question.mayAnswer(seatOf(approval, self))
                : `${texts.question.approvers} ${approversOf(approval).join(', ')}`}
          </Named>
        </span>
      </span>
    </button>
  );
}
