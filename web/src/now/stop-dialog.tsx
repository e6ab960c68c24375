import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { SetKillView } from '../../../src/control/contract.ts';
import { request } from '../api/request.ts';
import buttons from '../looks/buttons.module.css';
import { Command } from '../looks/command.tsx';
import { Field } from '../looks/field.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { commandLine } from '../words/shell-word.ts';
import { texts } from '../words/texts.ts';
import styles from './now.module.css';
import type { ToStop } from './now.tsx';

const words = texts.now;

/** The kill switch: what will be stopped, why, and a button that says it again. */
export function StopDialog({
  toStop: { what, value },
  onClose,
}: {
  readonly toStop: ToStop;
  readonly onClose: () => void;
}) {
  const client = useQueryClient();
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState('');
  const stop = useMutation({
    mutationFn: () => request<SetKillView>('/kills', { method: 'POST', body: { what, value, reason: reason.trim() } }),
    onSuccess: ({ notReached }) => {
      if (notReached.length === 0) onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['kills'] }),
  });
  useEffect(() => dialog.current?.showModal(), []);
  const sure = words.stopSure(words.stopWhat[what], value);
  return (
    <dialog ref={dialog} className={sheets.dialog} onClose={onClose} aria-label={sure}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          stop.mutate();
        }}
      >
        <h2>{words.stopTitle}</h2>
        <p className={styles.lead}>{words.stopLead}</p>
        <ProblemLine error={stop.error} />
        {stop.data !== undefined && stop.data.notReached.length > 0 && (
          <p role="alert">
            <Seen>{words.notReached(stop.data.notReached.join(', '))}</Seen>
          </p>
        )}
        <Field label={words.stopReason}>
          {(attributes) => (
            <input
              {...attributes}
              value={reason}
              maxLength={500}
              autoComplete="off"
              required
              onChange={({ target }) => setReason(target.value)}
            />
          )}
        </Field>
        <Command
          line={commandLine(
            'sallyport',
            'kill',
            what,
            ...(value === '' ? [] : [value]),
            '--reason',
            reason.trim() || '…',
          )}
        />
        <div className={styles.buttons}>
          <button type="button" className={buttons.quiet} onClick={onClose}>
            {texts.answer.cancel}
          </button>
          <button type="submit" className={buttons.danger} disabled={reason.trim() === '' || stop.isPending}>
            <Seen>{sure}</Seen>
          </button>
        </div>
      </form>
    </dialog>
  );
}
