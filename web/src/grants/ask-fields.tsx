import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { GrantView } from '../../../src/control/contract.ts';
import { targetsQuery } from '../api/queries.ts';
import { request } from '../api/request.ts';
import buttons from '../looks/buttons.module.css';
import { Field } from '../looks/field.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { texts } from '../words/texts.ts';
import { type AskForm, bodyOf, mistakesOf } from './asked.ts';
import styles from './grants.module.css';

const words = texts.ask;

/** In pairs as they stand beside each other: the field, its name, what may stand in it. */
const FIELDS: readonly (readonly (readonly [keyof AskForm, string, string?])[])[] = [
  [
    ['target', words.target],
    ['rule', words.rule, words.ruleHint],
  ],
  [
    ['verbs', words.verbs, words.verbsHint],
    ['resources', words.resources, words.resourcesHint],
  ],
  [
    ['apiGroups', words.apiGroups, words.apiGroupsHint],
    ['namespaces', words.namespaces, words.namespacesHint],
  ],
  [['names', words.names, words.namesHint]],
  [
    ['length', words.length, words.lengthHint],
    ['uses', words.uses],
  ],
  [['reason', words.reason]],
];

/** The fields of a grant that is asked for; what is wrong is said once it was tried. */
export function AskFields({ initial }: { readonly initial: AskForm }) {
  const [form, setForm] = useState<AskForm>(initial);
  const [wasTried, setTried] = useState(false);
  const navigate = useNavigate();
  const client = useQueryClient();
  const ask = useMutation({
    mutationFn: () => request<GrantView>('/grants', { method: 'POST', body: bodyOf(form) }),
    onSuccess: async ({ state }) => {
      await client.invalidateQueries({ queryKey: ['grants'] });
      await navigate({ to: '/grants', search: { state } });
    },
  });
  const mistakes = mistakesOf(form);
  const submit = () => {
    setTried(true);
    if (Object.keys(mistakes).length === 0) ask.mutate();
  };
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {FIELDS.map((pair) => (
        <div key={pair[0]?.[0]} className={styles.pair}>
          {pair.map(([name, label, hint = '']) => (
            <Field
              key={name}
              label={label}
              hint={hint}
              given={form[name]}
              wrong={wasTried ? mistakes[name] : undefined}
            >
              {(attributes) => (
                <Input
                  {...attributes}
                  name={name}
                  value={form[name]}
                  onChange={({ target }) => setForm({ ...form, [name]: target.value })}
                />
              )}
            </Field>
          ))}
        </div>
      ))}
      <ProblemLine error={ask.error} />
      <button type="submit" className={buttons.main} disabled={ask.isPending}>
        {words.submit}
      </button>
    </form>
  );
}

interface InputProps {
  readonly id: string;
  readonly name: keyof AskForm;
  readonly value: string;
  readonly onChange: (event: { readonly target: { readonly value: string } }) => void;
}

/** Targets are chosen from those that there are; all else is typed. */
function Input({ name, ...attributes }: InputProps) {
  const targets = useQuery(targetsQuery).data?.items ?? [];
  if (name !== 'target') return <input {...attributes} autoComplete="off" spellCheck={false} maxLength={500} />;
  const names = new Set([
    ...targets.map((target) => target.name),
    ...(attributes.value === '' ? [] : [attributes.value]),
  ]);
  return (
    <select {...attributes}>
      <option value="" />
      {[...names].map((each) => (
        <option key={each}>{each}</option>
      ))}
    </select>
  );
}
