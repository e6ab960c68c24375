import { type ReactNode, useEffect, useState } from 'react';
import type { SessionFilters } from '../api/queries.ts';
import { useWide } from '../looks/use-wide.ts';
import { sessionTexts } from '../words/session-texts.ts';
import styles from './sessions.module.css';

const words = sessionTexts;

/** How long nothing more is typed before it is searched for, in milliseconds. */
const TYPED_MS = 300;

const FIELDS = ['caller', 'target', 'namespace', 'resource', 'verb', 'rule'] as const;

interface Props {
  readonly filters: SessionFilters;
  readonly onChange: (filters: SessionFilters) => void;
}

/** What narrows the list. All of it stands in the address, so that a search can be kept and sent. */
export function Filters({ filters, onChange }: Props) {
  const isDesk = useWide('desk');
  const set = (key: keyof SessionFilters, value: string) => {
    const { [key]: _, ...others } = filters;
    onChange(value === '' ? others : { ...others, [key]: value });
  };
  return (
    <search className={styles.filters}>
      <Typed label={words.search} value={filters.text ?? ''} onTyped={(value) => set('text', value)} />
      <details className={styles.others} open={isDesk || Object.keys(filters).some((key) => key !== 'text')}>
        <summary>{words.filters}</summary>
        <div className={styles.fields}>
          {FIELDS.map((key) => (
            <Typed key={key} label={words[key]} value={filters[key] ?? ''} onTyped={(value) => set(key, value)} />
          ))}
          <Chosen
            label={words.decision}
            value={filters.decision ?? ''}
            onChoose={(value) => set('decision', value)}
            options={words.decisions}
          />
          <Chosen
            label={words.since}
            value={filters.since ?? ''}
            onChoose={(value) => set('since', value)}
            options={words.spans}
          />
        </div>
      </details>
    </search>
  );
}

function Labelled({
  label,
  children,
}: {
  readonly label: string;

  readonly children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is what it is given
    <label className={styles.filter}>
      <span>{label}</span>
      {children}
    </label>
  );
}

interface TypedProps {
  readonly label: string;
  readonly value: string;

  readonly onTyped: (value: string) => void;
}

function Typed({ label, value, onTyped }: TypedProps) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onTyped(typed), TYPED_MS);
    return () => clearTimeout(timer);
  });
  return (
    <Labelled label={label}>
      <input
        type="search"
        className="entry"
        value={typed}
        maxLength={500}
        spellCheck={false}
        autoComplete="off"
        onChange={({ target }) => setTyped(target.value)}
      />
    </Labelled>
  );
}

interface ChosenProps {
  readonly label: string;
  readonly value: string;
  readonly options: Readonly<Record<string, string>>;
  readonly onChoose: (value: string) => void;
}

function Chosen({ label, value, options, onChoose }: ChosenProps) {
  return (
    <Labelled label={label}>
      <select className="entry" value={value} onChange={({ target }) => onChoose(target.value)}>
        {Object.entries(options).map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
    </Labelled>
  );
}
