import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { request } from '../api/request.ts';
import { isOwn } from '../api/self.ts';
import { useSelf } from '../api/use-self.ts';
import buttons from '../looks/buttons.module.css';
import { Field } from '../looks/field.tsx';
import { Instant } from '../looks/instant.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Seen } from '../looks/seen.tsx';
import { yesTexts } from '../words/yes-texts.ts';
import { Part } from './part.tsx';
import styles from './words.module.css';

const words = yesTexts;

/** What was said about a question, and a place to say more while it waits. It changes nothing of what is answered. */
export function Words({ approval }: { readonly approval: ApprovalView }) {
  const self = useSelf();
  const maySay = approval.state === 'pending' && (approval.mayAnswer || isOwn(self, approval.asker));
  if (approval.words.length === 0 && !maySay) return null;
  return (
    <Part title={words.said}>
      <ul className={styles.list} aria-live="polite">
        {approval.words.map(({ subject, isAsker, text, at }) => (
          <li key={`${subject} ${at}`} className={styles.word} data-asker={isAsker || undefined}>
            <p className={styles.who}>
              <b>
                <Seen>{subject}</Seen>
              </b>
              {isAsker && ` (${words.saidAsker})`} · <Instant at={at} />
            </p>
            <p>
              <Seen>{text}</Seen>
            </p>
          </li>
        ))}
      </ul>
      {maySay && <Say approval={approval} />}
    </Part>
  );
}

function Say({ approval: { id } }: { readonly approval: ApprovalView }) {
  const client = useQueryClient();
  const [text, setText] = useState('');
  const say = useMutation({
    mutationFn: () =>
      request<ApprovalView>(`/approvals/${encodeURIComponent(id)}/say`, {
        method: 'POST',
        body: { text: text.trim() },
      }),
    onSuccess: (said) => {
      setText('');
      client.setQueryData(['approval', said.id], said);
      return client.invalidateQueries({ queryKey: ['approvals'] });
    },
  });
  return (
    <form
      className={styles.say}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') say.mutate();
      }}
    >
      <Field label={words.say} hint={words.sayHint}>
        {(attributes) => (
          <input
            {...attributes}
            value={text}
            maxLength={500}
            autoComplete="off"
            onChange={({ target }) => setText(target.value)}
          />
        )}
      </Field>
      <button type="submit" className={buttons.quiet} disabled={text.trim() === '' || say.isPending}>
        {words.saySend}
      </button>
      <ProblemLine error={say.error} />
    </form>
  );
}
