import { useMutation } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { WhyAnswer } from '../../../src/control/policy-contract.ts';
import { request } from '../api/request.ts';
import { SameByCommand } from '../looks/command.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Reading } from '../looks/state-of-page.tsx';
import { commandLine } from '../words/shell-word.ts';
import styles from './policy.module.css';
import { type Form, WhyForm } from './why-form.tsx';
import { WhyOne } from './why-one.tsx';

/** A request that is only judged: pasted as a command, answered with the rule that decides and those nearest to it. */
export function Why() {
  const { as = '', groups = '', target = '', command = '' } = useSearch({ from: '/policy' });
  const [form, setForm] = useState<Form>({ as, groups, kind: '', target, command });
  const ask = useMutation({
    mutationFn: (asked: Form) => request<WhyAnswer>('/policy/why', { method: 'POST', body: bodyOf(asked) }),
  });
  const { mutate } = ask;
  // A link from a call asks by itself.
  useEffect(() => {
    if (as !== '' && command !== '') mutate({ as, groups, kind: '', target, command });
  }, [as, groups, target, command, mutate]);
  return (
    <>
      <WhyForm form={form} isPending={ask.isPending} onChange={setForm} onAsk={() => mutate(form)} />
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
