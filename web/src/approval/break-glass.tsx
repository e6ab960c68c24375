import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { request } from '../api/request.ts';
import buttons from '../looks/buttons.module.css';
import { Field } from '../looks/field.tsx';
import { Icon } from '../looks/icon.tsx';
import { Named } from '../looks/named.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { useArmed } from '../looks/use-armed.ts';
import { SignInAgain } from '../sign-in/sign-in-again.tsx';
import { useStaleness } from '../sign-in/use-staleness.ts';
import { glassTexts } from '../words/glass-texts.ts';
import { texts } from '../words/texts.ts';
import styles from './break-glass.module.css';
import { freshMsOf } from './fresh.ts';
import { pathOf } from './path-of.ts';

const words = glassTexts;

/** Limits of the gateway's: how long ago the person signed in at most, in milliseconds, and the shortest and longest reason, in characters. */
const SIGNED_IN_MS_MAX = 15 * 60_000;
const REASON_CHARACTERS = { min: 10, max: 500 };

/**
 * The way through alone, where an answer would stand, for who asks the question and is named for it. What it marks is said before; it wants a reason, a recent sign-in and a second press, and goes
 * with the digest of what is shown (T76).
 */
export function BreakGlass({ approval }: { readonly approval: ApprovalView }) {
  const [isOpen, open] = useState(false);
  const withinMs = Math.min(SIGNED_IN_MS_MAX, freshMsOf(approval) ?? SIGNED_IN_MS_MAX);
  const stale = useStaleness(withinMs);
  return (
    <section className={styles.glass}>
      <p className={styles.title}>
        <Icon name="warn" />
        {words.title}
      </p>
      {stale !== undefined && <SignInAgain stale={stale} withinMs={withinMs} to={pathOf(approval)} />}
      {stale === undefined && !isOpen && (
        <button type="button" className={styles.go} onClick={() => open(true)}>
          {words.open}
        </button>
      )}
      {stale === undefined && isOpen && (
        <>
          <p>{words.lead}</p>
          <ul className={styles.marks}>
            {words.marks.map((mark) => (
              <li key={mark}>{mark}</li>
            ))}
          </ul>
          <Through approval={approval} onLeave={() => open(false)} />
        </>
      )}
    </section>
  );
}

function Through({ approval, onLeave }: { readonly approval: ApprovalView; readonly onLeave: () => void }) {
  const { id, digest, shown, preview } = approval;
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const go = useMutation({
    mutationFn: () =>
      request<ApprovalView>(`/approvals/${encodeURIComponent(id)}/break-glass`, {
        method: 'POST',
        body: { digest, reason: reason.trim() },
      }),
    onSuccess: (answered) => client.setQueryData(['approval', answered.id], answered),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['approvals'] }),
        client.invalidateQueries({ queryKey: ['approval', id] }),
      ]),
  });
  const { isArmed, press } = useArmed({ isNeeded: true, about: `${digest} ${reason}`, act: () => go.mutate() });
  const isLooking = preview === 'looking';
  const mayGo = !go.isPending && !isLooking && reason.trim().length >= REASON_CHARACTERS.min;
  return (
    <>
      <Field label={words.reason} hint={words.reasonHint}>
        {(attributes) => (
          <input
            {...attributes}
            value={reason}
            maxLength={REASON_CHARACTERS.max}
            autoComplete="off"
            onChange={({ target }) => setReason(target.value)}
          />
        )}
      </Field>
      <ProblemLine error={go.error} />
      <div className={styles.acts}>
        <button type="button" className={buttons.quiet} onClick={onLeave}>
          {words.leave}
        </button>
        <button type="button" className={styles.go} data-armed={isArmed || undefined} disabled={!mayGo} onClick={press}>
          <span aria-live="polite">
            <Named>
              {go.isPending
                ? words.sending
                : isLooking
                  ? texts.answer.looking
                  : isArmed
                    ? words.sure(shown.operation)
                    : words.act(shown.operation)}
            </Named>
          </span>
        </button>
      </div>
    </>
  );
}
