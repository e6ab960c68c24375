import { useMutation, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { WhyAnswer } from '../../../src/control/policy-contract.ts';
import { targetsQuery } from '../api/queries.ts';
import { request } from '../api/request.ts';
import { SameByCommand } from '../looks/command.tsx';
import { Field } from '../looks/field.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Reading } from '../looks/state-of-page.tsx';
import { commandLine } from '../words/shell-word.ts';
import { texts } from '../words/texts.ts';
import styles from './policy.module.css';
import { WhyOne } from './why-one.tsx';

const words = texts.policy;

interface Form {
  readonly as: string;
  readonly groups: string;
  readonly kind: '' | 'autonomous' | 'person';
  readonly target: string;
  readonly command: string;
}

/** A request that is only judged: pasted as a command, answered with the rule that decides and those nearest to it. */
export function Why() {
  const { as = '', groups = '', target = '', command = '' } = useSearch({ from: '/policy' });
  const targets = useQuery(targetsQuery).data?.items ?? [];
  const [form, setForm] = useState<Form>({ as, groups, kind: '', target, command });
  const ask = useMutation({
    mutationFn: (asked: Form) => request<WhyAnswer>('/policy/why', { method: 'POST', body: bodyOf(asked) }),
  });
  const { mutate } = ask;
  // A link from a call asks by itself.
  useEffect(() => {
    if (as !== '' && command !== '') mutate({ as, groups, kind: '', target, command });
  }, [as, groups, target, command, mutate]);
  const set = (key: keyof Form) => (event: { readonly target: { readonly value: string } }) =>
    setForm({ ...form, [key]: event.target.value });
  return (
    <>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          mutate(form);
        }}
      >
        <Field label={words.command} hint={words.commandHint}>
          {(attributes) => (
            <textarea
              {...attributes}
              className={styles.typed}
              value={form.command}
              required
              maxLength={4_096}
              rows={2}
              spellCheck={false}
              placeholder="kubectl delete deployment web -n shop"
              onChange={set('command')}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && !event.shiftKey) {
                  event.preventDefault();
                  event.currentTarget.form?.requestSubmit();
                }
              }}
            />
          )}
        </Field>
        <div className={styles.row}>
          <Field label={words.as} hint={words.asHint}>
            {(attributes) => (
              <input {...attributes} value={form.as} required maxLength={512} spellCheck={false} onChange={set('as')} />
            )}
          </Field>
          <Field label={words.groups} hint={words.groupsHint}>
            {(attributes) => (
              <input {...attributes} value={form.groups} maxLength={512} spellCheck={false} onChange={set('groups')} />
            )}
          </Field>
          <Field label={words.kind}>
            {(attributes) => (
              <select {...attributes} value={form.kind} onChange={set('kind')}>
                <option value="">{words.kindOfIssuer}</option>
                <option value="autonomous">{texts.question.program}</option>
                <option value="person">{texts.question.person}</option>
              </select>
            )}
          </Field>
          {targets.length > 1 && (
            <Field label={texts.now.target}>
              {(attributes) => (
                <select {...attributes} value={form.target} required onChange={set('target')}>
                  <option value="" />
                  {targets.map(({ name }) => (
                    <option key={name}>{name}</option>
                  ))}
                </select>
              )}
            </Field>
          )}
        </div>
        <button type="submit" className={styles.submit} disabled={ask.isPending}>
          {words.askWhy}
        </button>
      </form>
      <ProblemLine error={ask.error} />
      <div aria-live="polite" className={styles.answers}>
        {ask.isPending && <Reading />}
        {ask.data?.items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: requests of one command have no other name
          <WhyOne key={index} answer={item} />
        ))}
      </div>
      <SameByCommand lines={[explainCommand(form)]} />
    </>
  );
}

function bodyOf({ as, groups, kind, target, command }: Form) {
  return {
    as: as.trim(),
    groups: groups.split(/[\s,]+/).filter(Boolean),
    command,
    ...(kind === '' ? {} : { kind }),
    ...(target === '' ? {} : { target }),
  };
}

function explainCommand({ as, groups, target, command }: Form): string {
  const options = groups
    .split(/[\s,]+/)
    .filter(Boolean)
    .flatMap((group) => ['--group', group]);
  const asked = command.replace(/^\s*(\$\s*)?kubectl\s+/, '').trim();
  return `${commandLine('sallyport', 'policy', 'explain', '--config', 'sallyport.yaml', '--as', as || 'SUBJECT', ...options, ...(target === '' ? [] : ['--target', target]))} -- ${asked || 'get pods'}`;
}
