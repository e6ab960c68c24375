import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { DelegationView } from '../../../src/control/delegations/delegation-contract.ts';
import { request } from '../api/request.ts';
import type { Self } from '../api/self.ts';
import buttons from '../looks/buttons.module.css';
import { SameByCommand } from '../looks/command.tsx';
import { Field } from '../looks/field.tsx';
import { Named } from '../looks/named.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Seen } from '../looks/seen.tsx';
import { delegationTexts } from '../words/delegation-texts.ts';
import styles from './delegations.module.css';
import { type Handing, handedBody, handingCommand, mistakesOfHanding, NOTHING_HANDED } from './handing.ts';

const words = delegationTexts;

/** A form to hand on what one answers; what is wrong with it is said once it was tried. */
export function Give({ self }: { readonly self: Self }) {
  const client = useQueryClient();
  const [form, setForm] = useState<Handing>(NOTHING_HANDED);
  const [wasTried, setTried] = useState(false);
  const give = useMutation({
    mutationFn: () => request<DelegationView>('/delegations', { method: 'POST', body: handedBody(form) }),
    onSuccess: () => {
      setForm(NOTHING_HANDED);
      setTried(false);
      return client.invalidateQueries({ queryKey: ['delegations'] });
    },
  });
  const mistakes = mistakesOfHanding(form);
  const wrong = (field: keyof Handing) => (wasTried ? mistakes[field] : undefined);
  const input = (field: 'to' | 'issuer' | 'length' | 'reason', hint: string, label: string) => (
    <Field label={label} hint={hint} wrong={wrong(field)}>
      {(attributes) => (
        <input
          {...attributes}
          value={form[field]}
          maxLength={field === 'length' ? 6 : 500}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={field === 'reason'}
          onChange={({ target }) => setForm({ ...form, [field]: target.value })}
        />
      )}
    </Field>
  );
  return (
    <section className={styles.give}>
      <h2>{words.giveTitle}</h2>
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (Object.keys(mistakes).length === 0) give.mutate();
        }}
      >
        <div className={styles.pair}>
          {input('to', `${words.toHint}\`${self.subject}\``, words.to)}
          {input('length', words.lengthHint, words.length)}
        </div>
        <Rules rules={self.delegable} chosen={form.rules} onChange={(rules) => setForm({ ...form, rules })} />
        <div className={styles.pair}>
          {input('reason', words.reasonHint, words.reason)}
          {input('issuer', `${words.issuerHint}\`${self.issuer}\``, words.issuer)}
        </div>
        <ProblemLine error={give.error} />
        <button type="submit" className={buttons.main} disabled={give.isPending}>
          {give.isPending ? words.giving : words.give}
        </button>
        <p role="status">
          {give.data !== undefined && (
            <Named>{words.given(`\`${give.data.to.subject}\``, give.data.rules.length)}</Named>
          )}
        </p>
      </form>
      <SameByCommand lines={[handingCommand(form), 'sallyport approvals delegations']} />
    </section>
  );
}

interface RulesProps {
  readonly rules: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (rules: readonly string[]) => void;
}

function Rules({ rules, chosen, onChange }: RulesProps) {
  return (
    <fieldset className={styles.rules}>
      <legend>{words.rules}</legend>
      {rules.map((rule) => (
        <label key={rule} className={styles.rule}>
          <input
            type="checkbox"
            checked={chosen.includes(rule)}
            onChange={() => onChange(rules.filter((each) => (each === rule) !== chosen.includes(each)))}
          />
          <code>
            <Seen>{rule}</Seen>
          </code>
        </label>
      ))}
      <p className="field-hint">{words.rulesHint}</p>
    </fieldset>
  );
}
