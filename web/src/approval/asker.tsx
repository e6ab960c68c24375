import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { Icon } from '../looks/icon.tsx';
import { Seen } from '../looks/seen.tsx';
import { texts } from '../words/texts.ts';
import styles from './asker.module.css';

/** Who asks: a program or a person, and for whom a program asks. */
export function Asker({ asker }: Pick<ApprovalView, 'asker'>) {
  const isProgram = asker.kind === 'autonomous';
  return (
    <span className={styles.asker} title={asker.issuer}>
      <Icon name={isProgram ? 'program' : 'person'} />
      <span>
        <b>
          <Seen>{asker.subject}</Seen>
        </b>{' '}
        <span className={styles.kind}>
          {isProgram ? texts.question.program : texts.question.person}
          {isProgram && asker.person !== undefined && asker.person !== asker.subject && (
            <>
              {' '}
              <Seen>{texts.question.forPerson(asker.person)}</Seen>
            </>
          )}
        </span>
      </span>
    </span>
  );
}
