import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Narrower } from '../../../src/control/policy-contract.ts';
import type { PolicyFile } from '../api/policy-queries.ts';
import { request } from '../api/request.ts';
import buttons from '../looks/buttons.module.css';
import { Field } from '../looks/field.tsx';
import { Named } from '../looks/named.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import textStyles from '../looks/text.module.css';
import { policyTexts } from '../words/policy-texts.ts';
import styles from './policy.module.css';

const words = policyTexts;

/** Rules narrowed to what was used of them, as where an edit begins. */
export function NarrowerForm({ onFound }: { readonly onFound: (files: readonly PolicyFile[]) => void }) {
  const [caller, setCaller] = useState('');
  const narrow = useMutation({
    mutationFn: () => request<Narrower>('/policy/narrower', { method: 'POST', body: { caller } }),
    onSuccess: ({ patch, files }) => {
      if (patch !== '') onFound(files);
    },
  });
  return (
    <form
      className={styles.narrower}
      onSubmit={(event) => {
        event.preventDefault();
        narrow.mutate();
      }}
    >
      <Field label={words.narrowFor} hint={words.narrowHint}>
        {(attributes) => (
          <input
            {...attributes}
            value={caller}
            required
            maxLength={512}
            spellCheck={false}
            placeholder="triage-*"
            onChange={({ target }) => setCaller(target.value)}
          />
        )}
      </Field>
      <button type="submit" className={buttons.quiet} disabled={narrow.isPending}>
        {words.narrow}
      </button>
      <div aria-live="polite" className={`${styles.says} ${textStyles.fine}`}>
        <ProblemLine error={narrow.error} />
        {narrow.data?.patch === '' && <p>{words.nothingToNarrow}</p>}
        {narrow.data?.says.map((line) => (
          <p key={line}>
            <Named>{line}</Named>
          </p>
        ))}
      </div>
    </form>
  );
}
