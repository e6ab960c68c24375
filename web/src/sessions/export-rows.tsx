import { useMutation } from '@tanstack/react-query';
import buttons from '../looks/buttons.module.css';
import { ProblemLine } from '../looks/problem-line.tsx';
import textStyles from '../looks/text.module.css';
import { sessionTexts } from '../words/session-texts.ts';
import { asLines, asTable } from './call-files.ts';
import { EXPORTED_MAX, type Exported } from './exported.ts';
import styles from './story.module.css';

const words = sessionTexts;
const FORMS = [
  { form: 'jsonl', type: 'application/x-ndjson', write: asLines },
  { form: 'csv', type: 'text/csv', write: asTable },
] as const;

/** The selection as a file: exactly the calls that are meant, and no others. */
export function ExportRows({ name, read }: { readonly name: string; readonly read: () => Promise<Exported> }) {
  const save = useMutation({
    mutationFn: async ({ form, type, write }: (typeof FORMS)[number]) => {
      const { rows, isWhole } = await read();
      download(`sallyport-${name}.${form}`, new Blob([write(rows)], { type }));
      return words.exported(rows.length, isWhole ? undefined : EXPORTED_MAX);
    },
  });
  return (
    <div className={styles.exports}>
      {FORMS.map((form) => (
        <button
          key={form.form}
          type="button"
          className={buttons.small}
          disabled={save.isPending}
          onClick={() => save.mutate(form)}
        >
          {words.exportAs(form.form.toUpperCase())}
        </button>
      ))}
      <span className={textStyles.fine} role="status">
        {save.isPending ? words.exporting : save.data}
      </span>
      <ProblemLine error={save.error} />
    </div>
  );
}

function download(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
