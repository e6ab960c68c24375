import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState } from 'react';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { ApiProblem } from '../api/problem.ts';
import { Icon } from '../looks/icon.tsx';
import { Named } from '../looks/named.tsx';
import sheets from '../looks/sheets.module.css';
import { useArmed } from '../looks/use-armed.ts';
import { useKeys } from '../looks/use-keys.ts';
import { SignInAgain } from '../sign-in/sign-in-again.tsx';
import { useStaleness } from '../sign-in/use-staleness.ts';
import { texts } from '../words/texts.ts';
import { yesTexts } from '../words/yes-texts.ts';
import styles from './answer-bar.module.css';
import { freshMsOf } from './fresh.ts';
import { pathOf } from './path-of.ts';
import { isRisky } from './risk.ts';
import { type Saying, useAnswer } from './use-answer.ts';
import { kindsOf, mistakeOf, PLAIN_YES, type YesForm, type YesKind, yesBody } from './yes-form.ts';
import { YesOptions } from './yes-options.tsx';

/** Limit of the gateway's: the longest reason, in characters. */
const REASON_CHARACTERS_MAX = 500;

interface Props {
  readonly approval: ApprovalView;
  /** What of it a yes is to. */
  readonly form: YesForm;
  readonly onForm: (form: YesForm) => void;
  readonly onAnswer: () => void;
}

/** Yes and no to one question. The button says what will run; a dangerous yes, and one to more than is asked, want a second press; a no wants to be explained. */
export function AnswerBar({ approval, form, onForm, onAnswer }: Props) {
  const answer = useAnswer(approval);
  const [isRejecting, setRejecting] = useState(false);
  const [areOptionsOpen, openOptions] = useState(false);
  const [reason, setReason] = useState('');
  const mistake = mistakeOf(form, approval.shown);
  const send = (said: Saying) => {
    onAnswer();
    answer.mutate({ said, reason: reason.trim(), ...(said === 'approve' ? { more: yesBody(form) } : {}) });
  };
  const isLooking = approval.preview === 'looking';
  const approve = useArmed({
    isNeeded: isRisky(approval) || form.kind === 'rest',
    about: `${approval.digest} ${JSON.stringify(form)}`,
    act: () => send('approve'),
  });
  const mayApprove = !answer.isPending && !isLooking && mistake === undefined;
  const reject = () => {
    approve.disarm();
    if (isRejecting) send('reject');
    else setRejecting(true);
  };
  const turnOptions = () => {
    onForm(PLAIN_YES);
    openOptions(!areOptionsOpen);
  };
  useKeys({
    a: () => mayApprove && !isRejecting && approve.press(),
    r: () => !isRejecting && setRejecting(true),
  });
  return (
    <div className={styles.bar} data-armed={approve.isArmed || undefined}>
      <Told approval={approval} error={answer.error} />
      {isRejecting ? (
        <Rejecting
          reason={reason}
          isSending={answer.isPending}
          onReason={setReason}
          onDone={reject}
          onLeave={() => setRejecting(false)}
        />
      ) : (
        <>
          {areOptionsOpen && <YesOptions approval={approval} form={form} onChange={onForm} mistake={mistake} />}
          <div className={styles.buttons}>
            <Button variant="default" className={styles.reject} onClick={reject} disabled={answer.isPending}>
              {texts.answer.reject}
            </Button>
            <button type="button" className={styles.approve} onClick={approve.press} disabled={!mayApprove}>
              <Named>
                {buttonText(approval.shown.operation, {
                  kind: form.kind,
                  isSending: answer.isPending,
                  isLooking,
                  isArmed: approve.isArmed,
                })}
              </Named>
            </button>
            {kindsOf(approval).length > 1 && (
              <button type="button" className={styles.more} aria-expanded={areOptionsOpen} onClick={turnOptions}>
                {yesTexts.more}
              </button>
            )}
          </div>
        </>
      )}
    </div>
  );
}

/** What is to be known of an answer before it is given: why the last one was not taken, in whose place it would be, and that its person has to sign in again. */
function Told({ approval, error }: { readonly approval: ApprovalView; readonly error: Error | null }) {
  return (
    <>
      <NotTaken error={error} />
      <InPlaceOf who={approval.inPlaceOf} />
      <Stale approval={approval} />
    </>
  );
}

/** Whose answer it would be beside one's own. */
function InPlaceOf({ who }: { readonly who: ApprovalView['inPlaceOf'] }) {
  if (who === undefined) return null;
  return (
    <p className={styles.place}>
      <Icon name="person" />
      <span>
        <Named>{texts.question.inPlaceOf(who)}</Named> <Link to="/stand-ins">{texts.question.inPlaceOfLink}</Link>
      </span>
    </p>
  );
}

/** A rule that waits wants a yes of somebody who signed in lately: said before it is given. A no wants nothing. */
function Stale({ approval }: { readonly approval: ApprovalView }) {
  const withinMs = freshMsOf(approval);
  const stale = useStaleness(withinMs);
  if (withinMs === undefined || stale === undefined) return null;
  return (
    <div className={sheets.notice} data-meaning="ask">
      <SignInAgain stale={stale} withinMs={withinMs} to={pathOf(approval)} />
    </div>
  );
}

function NotTaken({ error }: { readonly error: Error | null }) {
  if (error === null) return null;
  return (
    <p className={sheets.notice} data-meaning="no" role="alert">
      <Named>{problemText(error)}</Named>
    </p>
  );
}

interface RejectingProps {
  readonly reason: string;
  readonly isSending: boolean;
  readonly onReason: (reason: string) => void;
  readonly onDone: () => void;
  readonly onLeave: () => void;
}

/** A no, with why. */
function Rejecting({ reason, isSending, onReason, onDone, onLeave }: RejectingProps) {
  return (
    <>
      <Reason value={reason} onChange={onReason} onDone={onDone} onLeave={onLeave} />
      <div className={styles.buttons}>
        <Button variant="default" onClick={onLeave}>
          {texts.answer.cancel}
        </Button>
        <Button className={styles.no} loading={isSending} onClick={onDone}>
          {texts.answer.rejectSure}
        </Button>
      </div>
    </>
  );
}

interface ReasonProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onDone: () => void;
  readonly onLeave: () => void;
}

function Reason({ value, onChange, onDone, onLeave }: ReasonProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <div className="field">
      <label htmlFor={id}>{texts.answer.reasonFor.reject}</label>
      <input
        ref={field}
        id={id}
        value={value}
        maxLength={REASON_CHARACTERS_MAX}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={({ key }) => {
          if (key === 'Enter') onDone();
          if (key === 'Escape') onLeave();
        }}
      />
    </div>
  );
}

/** Where it can be pressed, it says what will run. */
function buttonText(
  what: string,
  is: { readonly kind: YesKind; readonly isSending: boolean; readonly isLooking: boolean; readonly isArmed: boolean },
): string {
  if (is.isSending) return texts.answer.sending;
  if (is.isLooking) return texts.answer.looking;
  switch (is.kind) {
    case 'all':
      return is.isArmed ? texts.answer.arm(what) : texts.answer.approve(what);
    case 'less':
      return is.isArmed ? texts.answer.arm(what) : yesTexts.approveLess(what);
    case 'rest':
      return is.isArmed ? yesTexts.armRest(what) : yesTexts.approveRest(what);
  }
}

function problemText(error: Error): string {
  if (!(error instanceof ApiProblem)) return error.message;
  if (error.code === 'VERSION_CHANGED') return texts.answer.changed;
  if (error.code === 'ANSWER_LATE') return `${texts.answer.closedMeanwhile} ${error.message}`;
  return [error.message, error.advice].filter(Boolean).join('; ');
}
