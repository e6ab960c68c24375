import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { basePath } from '../api/base.ts';
import { gatewayNow } from '../api/clock.ts';
import { selfQuery } from '../api/queries.ts';
import { request } from '../api/request.ts';
import buttons from '../looks/buttons.module.css';
import { Field } from '../looks/field.tsx';
import { Icon } from '../looks/icon.tsx';
import { Named } from '../looks/named.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { useArmed } from '../looks/use-armed.ts';
import { glassTexts } from '../words/glass-texts.ts';
import { texts } from '../words/texts.ts';
import styles from './break-glass.module.css';

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
  const stale = useStaleness();
  return (
    <section className={styles.glass}>
      <p className={styles.title}>
        <Icon name="warn" />
        {words.title}
      </p>
      {stale !== undefined && <SignInAgain agoMs={stale.agoMs} id={approval.id} />}
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

/** How long ago the person signed in, where that is too long, or not known. */
function useStaleness(): { readonly agoMs: number | undefined } | undefined {
  const self = useQuery(selfQuery).data;
  if (self?.session === undefined) return undefined;
  const { signedInAt } = self.session;
  const agoMs = signedInAt === undefined ? undefined : gatewayNow() - Date.parse(signedInAt);
  return agoMs !== undefined && agoMs < SIGNED_IN_MS_MAX ? undefined : { agoMs };
}

function SignInAgain({ agoMs, id }: { readonly agoMs: number | undefined; readonly id: string }) {
  const self = useQuery(selfQuery).data;
  const to = `/approvals/${encodeURIComponent(id)}`;
  const query = new URLSearchParams({ issuer: self?.issuer ?? '', to, fresh: 'true' });
  return (
    <>
      <p>{words.stale(agoMs, SIGNED_IN_MS_MAX)}</p>
      <a className={buttons.quiet} href={`${basePath}/sign-in?${query}`}>
        {words.signIn}
      </a>
    </>
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
