import { useQuery } from '@tanstack/react-query';
import { targetsQuery } from '../api/queries.ts';
import buttons from '../looks/buttons.module.css';
import { Field } from '../looks/field.tsx';
import { policyTexts } from '../words/policy-texts.ts';
import { texts } from '../words/texts.ts';
import styles from './policy.module.css';

const words = policyTexts;

/** What is asked, and as whom. */
export interface Form {
  readonly as: string;
  readonly groups: string;
  readonly kind: '' | 'autonomous' | 'person';
  readonly target: string;
  readonly command: string;
}

type Set = (key: keyof Form) => (event: { readonly target: { readonly value: string } }) => void;

interface Props {
  readonly form: Form;
  readonly isPending: boolean;
  readonly onChange: (form: Form) => void;
  readonly onAsk: () => void;
}

/** The question; Enter in the command asks it. */
export function WhyForm({ form, isPending, onChange, onAsk }: Props) {
  const set: Set = (key) => (event) => onChange({ ...form, [key]: event.target.value });
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        onAsk();
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
      <WhoFields form={form} set={set} />
      <button type="submit" className={buttons.main} disabled={isPending}>
        {words.askWhy}
      </button>
    </form>
  );
}

function WhoFields({ form, set }: { readonly form: Form; readonly set: Set }) {
  const targets = useQuery(targetsQuery).data?.items ?? [];
  return (
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
  );
}
