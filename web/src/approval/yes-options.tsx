import { useId } from 'react';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import buttons from '../looks/buttons.module.css';
import { Choice } from '../looks/choice.tsx';
import { Field } from '../looks/field.tsx';
import { Icon } from '../looks/icon.tsx';
import { Named } from '../looks/named.tsx';
import { yesTexts } from '../words/yes-texts.ts';
import { Lines } from './lines.tsx';
import { EDITS_MAX, type Edit, kindsOf, PLAIN_YES, restBounds, type YesForm } from './yes-form.ts';
import styles from './yes-options.module.css';

const words = yesTexts;

interface Props {
  readonly approval: ApprovalView;
  readonly form: YesForm;
  readonly onChange: (form: YesForm) => void;
}

interface OptionsProps extends Props {
  /** What is wrong with what was typed. */
  readonly mistake: string | undefined;
}

/** What a yes can be beside a plain one: to less of the request, or to the rest of its command too. */
export function YesOptions({ approval, form, onChange, mistake }: OptionsProps) {
  const kinds = kindsOf(approval);
  return (
    <div className={styles.options}>
      <Choice
        label={words.title}
        value={form.kind}
        options={kinds.map((kind) => [kind, words.kinds[kind]] as const)}
        onChoose={(kind) => onChange({ ...PLAIN_YES, kind })}
      />
      {form.kind === 'less' && <Less approval={approval} form={form} onChange={onChange} />}
      {form.kind === 'rest' && <Rest approval={approval} form={form} onChange={onChange} />}
      {mistake !== undefined && (
        <p className="field-wrong" role="status">
          <Named>{mistake}</Named>
        </p>
      )}
    </div>
  );
}

function Rest({ approval: { shown }, form, onChange }: Props) {
  if (shown.rest === undefined) return null;
  const { verbs, usesMax, earlier } = shown.rest;
  return (
    <>
      <p className={styles.hint}>{words.restText(verbs)}</p>
      <div className={styles.pair}>
        <Field label={words.restUses} hint={restBounds(shown.rest)}>
          {(attributes) => (
            <input
              {...attributes}
              inputMode="numeric"
              autoComplete="off"
              maxLength={5}
              placeholder={String(usesMax)}
              value={form.restUses}
              onChange={({ target }) => onChange({ ...form, restUses: target.value })}
            />
          )}
        </Field>
        <Field label={words.restFor} hint={words.restForHint}>
          {(attributes) => (
            <input
              {...attributes}
              autoComplete="off"
              maxLength={6}
              placeholder="5m"
              value={form.restFor}
              onChange={({ target }) => onChange({ ...form, restFor: target.value })}
            />
          )}
        </Field>
      </div>
      {earlier.length > 0 && (
        <div className={styles.earlier}>
          <p className={styles.hint}>{words.earlier}</p>
          <Lines lines={earlier} />
        </div>
      )}
    </>
  );
}

function Less({ approval, form, onChange }: Props) {
  const change = (index: number, edit: Edit) => onChange({ ...form, edits: form.edits.with(index, edit) });
  return (
    <>
      <div className={styles.pair}>
        <Field label={words.goodFor} hint={words.goodForHint}>
          {(attributes) => (
            <input
              {...attributes}
              autoComplete="off"
              maxLength={6}
              placeholder="2m"
              value={form.goodFor}
              onChange={({ target }) => onChange({ ...form, goodFor: target.value })}
            />
          )}
        </Field>
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={form.isDryRun}
            onChange={({ target }) => onChange({ ...form, isDryRun: target.checked })}
          />
          <span>{words.dryRun}</span>
        </label>
      </div>
      {form.edits.map((edit, index) => (
        <EditRow
          // biome-ignore lint/suspicious/noArrayIndexKey: an edit is its place
          key={index}
          edit={edit}
          places={approval.shown.changes?.map(({ at }) => at) ?? []}
          onChange={(changed) => change(index, changed)}
          onRemove={() => onChange({ ...form, edits: form.edits.filter((_, at) => at !== index) })}
        />
      ))}
      {form.edits.length < EDITS_MAX && (
        <button
          type="button"
          className={buttons.small}
          onClick={() => onChange({ ...form, edits: [...form.edits, { what: 'set', path: '', value: '' }] })}
        >
          {words.addEdit}
        </button>
      )}
      <p className={styles.hint}>{words.lessHint}</p>
    </>
  );
}

interface EditProps {
  readonly edit: Edit;
  /** Where the request changes something: offered while a place is typed. */
  readonly places: readonly string[];
  readonly onChange: (edit: Edit) => void;
  readonly onRemove: () => void;
}

function EditRow({ edit, places, onChange, onRemove }: EditProps) {
  const list = useId();
  return (
    <div className={styles.edit}>
      <select
        className="entry"
        aria-label={words.editWhat}
        value={edit.what}
        onChange={({ target }) => onChange({ ...edit, what: target.value as Edit['what'] })}
      >
        {Object.entries(words.edits).map(([what, name]) => (
          <option key={what} value={what}>
            {name}
          </option>
        ))}
      </select>
      <input
        className="entry"
        aria-label={words.editPath[edit.what]}
        placeholder={words.editPath[edit.what]}
        list={edit.what === 'label' ? undefined : list}
        value={edit.path}
        maxLength={500}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => onChange({ ...edit, path: target.value })}
      />
      <datalist id={list}>
        {places.map((place) => (
          <option key={place} value={place} />
        ))}
      </datalist>
      {edit.what !== 'remove' && (
        <input
          className="entry"
          aria-label={words.editValue}
          placeholder={words.editValue}
          value={edit.value}
          maxLength={4_000}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => onChange({ ...edit, value: target.value })}
        />
      )}
      <button type="button" className={buttons.small} aria-label={words.removeEdit} onClick={onRemove}>
        <Icon name="cross" />
      </button>
    </div>
  );
}
