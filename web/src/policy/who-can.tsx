import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { WhoCanAnswer } from '../../../src/control/policy-contract.ts';
import { request } from '../api/request.ts';
import buttons from '../looks/buttons.module.css';
import { SameByCommand } from '../looks/command.tsx';
import { Field } from '../looks/field.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { Nothing, Reading } from '../looks/state-of-page.tsx';
import { Tag } from '../looks/tag.tsx';
import textStyles from '../looks/text.module.css';
import { policyTexts } from '../words/policy-texts.ts';
import { commandLine } from '../words/shell-word.ts';
import styles from './policy.module.css';

const words = policyTexts;
const FIELDS = ['verb', 'resource', 'name', 'namespace'] as const;
const EMPTY = { verb: '', resource: '', name: '', namespace: '' };

/** Everybody who may have an operation done: over all callers, not by sample. */
export function WhoCan() {
  const [form, setForm] = useState<Readonly<Record<(typeof FIELDS)[number], string>>>(EMPTY);
  const given = Object.entries(form).filter(([, value]) => value !== '');
  const ask = useMutation({
    mutationFn: () => request<WhoCanAnswer>(`/policy/who-can?${new URLSearchParams(given)}`),
  });
  return (
    <>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate();
        }}
      >
        <div className={styles.row}>
          {FIELDS.map((key) => (
            <Field key={key} label={words.whoFields[key]} hint={words.whoHints[key]}>
              {(attributes) => (
                <input
                  {...attributes}
                  value={form[key]}
                  required={key === 'verb' || key === 'resource'}
                  maxLength={256}
                  spellCheck={false}
                  onChange={({ target }) => setForm({ ...form, [key]: target.value.trim() })}
                />
              )}
            </Field>
          ))}
        </div>
        <button type="submit" className={buttons.main} disabled={ask.isPending}>
          {words.askWho}
        </button>
      </form>
      <ProblemLine error={ask.error} />
      <div aria-live="polite" className={styles.answers}>
        {ask.isPending && <Reading />}
        {ask.data !== undefined && <Found {...ask.data} />}
      </div>
      <SameByCommand
        lines={[
          commandLine(
            ...['sallyport', 'policy', 'who-can', form.verb || 'VERB', form.resource || 'RESOURCE'],
            ...(form.name === '' ? [] : [form.name]),
            ...(form.namespace === '' ? [] : ['-n', form.namespace]),
            ...['--config', 'sallyport.yaml'],
          ),
        ]}
      />
    </>
  );
}

function Found({ allowed, held }: WhoCanAnswer) {
  if (allowed.length + held.length === 0) return <Nothing icon="person" title={words.nobody} />;
  return (
    <>
      {[...allowed.map((part) => ({ part, isHeld: false })), ...held.map((part) => ({ part, isHeld: true }))].map(
        ({ part, isHeld }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one answer have no other name
          <article key={index} className={sheets.card}>
            <header className={sheets.top}>
              <Tag meaning={isHeld ? 'ask' : 'ok'}>{isHeld ? words.afterYes : words.may}</Tag>
              <b>
                <Seen>{part.callers === '' ? words.everyone : part.callers}</Seen>
              </b>
            </header>
            <p className={textStyles.fine}>
              <Seen>
                {[
                  part.names === '' ? '' : words.named(part.names),
                  part.namespaces === '' ? '' : words.inNamespaces(part.namespaces),
                  part.targets === '' ? words.everyTarget : words.onTargets(part.targets),
                ]
                  .filter(Boolean)
                  .join(' ')}
              </Seen>
            </p>
            {[
              ...part.when.map((text) => words.when(text)),
              ...part.grants,
              ...part.unless.map((text) => words.unless(text)),
              ...(part.rule === '' ? [] : [words.ofRule(part.rule)]),
            ].map((text) => (
              <p key={text} className={textStyles.fine}>
                <Seen>{text}</Seen>
              </p>
            ))}
          </article>
        ),
      )}
    </>
  );
}
