import { useState } from 'react';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { isOwn } from '../api/self.ts';
import { useSelf } from '../api/use-self.ts';
import { SameByCommand } from '../looks/command.tsx';
import { Countdown } from '../looks/countdown.tsx';
import { Instant } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import textStyles from '../looks/text.module.css';
import { commandLine } from '../words/shell-word.ts';
import { texts } from '../words/texts.ts';
import { AnswerBar } from './answer-bar.tsx';
import { Asker } from './asker.tsx';
import { BreakGlass } from './break-glass.tsx';
import { Course } from './course.tsx';
import { Covered } from './covered.tsx';
import { Part, PartHeading } from './part.tsx';
import styles from './question.module.css';
import { RiskTag, StateTag } from './question-tags.tsx';
import { Shown } from './shown.tsx';
import { Words } from './words.tsx';
import { mistakeOf, PLAIN_YES, type YesForm, yesWords } from './yes-form.ts';

const words = texts.question;

interface Props {
  readonly approval: ApprovalView;
  readonly heading: 'h1' | 'h2';
  /** Called as an answer is sent. */
  readonly onAnswer?: () => void;
}

/** One question, whole: what would run, why somebody is asked, and the answer; once it is answered, what becomes of it. */
export function Question({ approval, heading: Heading, onAnswer = () => {} }: Props) {
  const { shown, state } = approval;
  const isOpen = state === 'pending';
  const [form, setForm] = useState(PLAIN_YES);
  return (
    <article className={styles.question} data-risk={isOpen ? approval.shown.risk : 'over'}>
      <header className={styles.head}>
        <div className={styles.tags}>
          {isOpen ? <RiskTag approval={approval} /> : <StateTag approval={approval} />}
          {isOpen && (
            <span className={styles.closes}>
              {words.closes} <Countdown to={approval.closesAt} from={approval.askedAt} label={words.closes} />
            </span>
          )}
        </div>
        <Heading className={styles.operation}>
          <Named>{shown.operation}</Named>
        </Heading>
        <Facts approval={approval} />
      </header>
      {!isOpen && <Course approval={approval} />}
      <Covered approval={approval} />
      <PartHeading value={Heading === 'h1' ? 'h2' : 'h3'}>
        <div className={styles.body}>
          <Shown shown={shown} isLooking={isOpen && approval.preview === 'looking'} session={approval.session} />
          <Why approval={approval} />
          {isOpen && approval.answers.length > 0 && <Course approval={approval} />}
          <p className={styles.digest} title={words.digestHint}>
            {words.digest}: <code>{approval.digest.slice(0, 16)}…</code> {words.digestHint}
          </p>
          <Words approval={approval} />
          <SameByCommand lines={commandsOf(approval, form)} />
        </div>
      </PartHeading>
      {approval.mayBreakGlass === true && <BreakGlass key={approval.id} approval={approval} />}
      {isOpen && approval.mayAnswer && (
        <AnswerBar approval={approval} form={form} onForm={setForm} onAnswer={onAnswer} />
      )}
    </article>
  );
}

function Facts({ approval: { target, namespace, asker, askedAt } }: { readonly approval: ApprovalView }) {
  return (
    <dl className={sheets.names}>
      <div>
        <dt>{words.on}</dt>
        <dd>
          <Seen>{target}</Seen>
        </dd>
      </div>
      <div>
        <dt>{words.namespace}</dt>
        <dd>
          {namespace === '' ? <span className={textStyles.dim}>{words.noNamespace}</span> : <Seen>{namespace}</Seen>}
        </dd>
      </div>
      <div>
        <dt>{words.asker}</dt>
        <dd>
          <Asker asker={asker} />
        </dd>
      </div>
      <div>
        <dt>{texts.progress.asked}</dt>
        <dd>
          <Instant at={askedAt} />
        </dd>
      </div>
    </dl>
  );
}

function Why({ approval: { rules, mayAnswer, state, asker } }: { readonly approval: ApprovalView }) {
  const self = useSelf();
  return (
    <Part title={isOwn(self, asker) ? words.becauseOwn : words.because}>
      <ul className={styles.rules}>
        {rules.map(({ rule, reason, approvers, quorum, signed, missing }) => (
          <li key={rule}>
            <code className={textStyles.name}>
              <Seen>{rule}</Seen>
            </code>{' '}
            {reason !== '' && (
              <>
                “<Seen>{reason}</Seen>”{' '}
              </>
            )}
            <span className={textStyles.dim}>
              {words.approvers} <Named>{approvers.join(', ')}</Named>
              {signed && <>; {words.signed}</>}
              {state === 'pending' && quorum > 1 && <>; {words.quorum(missing, quorum)}</>}
            </span>
          </li>
        ))}
      </ul>
      {state === 'pending' && !mayAnswer && (
        <p className={textStyles.dim}>{isOwn(self, asker) ? words.ownQuestion : words.mayNot}</p>
      )}
    </Part>
  );
}

function commandsOf(
  { id, state, digest, shown, mayAnswer, mayBreakGlass }: ApprovalView,
  form: YesForm,
): readonly string[] {
  if (mayBreakGlass === true) return [commandLine('sallyport', 'approvals', 'break-glass', id, '--reason', '…')];
  if (state !== 'pending' || !mayAnswer) return [commandLine('sallyport', 'approvals', 'show', id)];
  return [
    commandLine(
      'sallyport',
      'approvals',
      'approve',
      id,
      ...(mistakeOf(form, shown) === undefined ? yesWords(form) : []),
      '--digest',
      digest,
    ),
    commandLine('sallyport', 'approvals', 'reject', id, '--reason', '…'),
  ];
}
