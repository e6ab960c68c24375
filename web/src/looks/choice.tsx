import styles from './choice.module.css';

interface Props<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChoose: (value: Value) => void;
}

/** One of a few, all of them seen at once. */
export function Choice<Value extends string>({ label, value, options, onChoose }: Props<Value>) {
  return (
    <fieldset className={styles.choice}>
      <legend className="unseen">{label}</legend>
      {options.map(([option, name]) => (
        <button
          key={option}
          type="button"
          className={styles.option}
          aria-pressed={option === value}
          onClick={() => onChoose(option)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}
