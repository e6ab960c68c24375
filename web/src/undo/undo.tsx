import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { UndoneView, UndoView } from '../../../src/control/undo-contract.ts';
import { request } from '../api/request.ts';
import { Changes } from '../approval/changes.tsx';
import { Lines } from '../approval/lines.tsx';
import { Part } from '../approval/part.tsx';
import buttons from '../looks/buttons.module.css';
import { Command } from '../looks/command.tsx';
import { Named } from '../looks/named.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { Reading } from '../looks/state-of-page.tsx';
import textStyles from '../looks/text.module.css';
import { TwiceButton } from '../looks/twice-button.tsx';
import { commandLine } from '../words/shell-word.ts';
import { undoTexts } from '../words/undo-texts.ts';

const words = undoTexts;

/** The way back from a call: shown first, as things are now, and taken only as it was shown, in the reader's own name. */
export function Undo({ id }: { readonly id: string }) {
  const client = useQueryClient();
  const path = `/exchanges/${encodeURIComponent(id)}/undo`;
  const look = useMutation({ mutationFn: () => request<UndoView>(path) });
  const take = useMutation({
    mutationFn: (digest: string) => request<UndoneView>(path, { method: 'POST', body: { digest } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['session'] }),
  });
  const way = look.data;
  return (
    <Part title={words.title}>
      {way === undefined && !look.isPending && (
        <>
          <p className={textStyles.fine}>{words.lookHint}</p>
          <button type="button" className={buttons.quiet} onClick={() => look.mutate()}>
            {words.look}
          </button>
        </>
      )}
      <div aria-live="polite">
        {look.isPending && <Reading />}
        <ProblemLine error={look.error} />
        {way !== undefined && !look.isPending && (
          <div className={sheets.card}>
            <Way way={way} />
            {take.data === undefined && (
              <div className={sheets.acts}>
                {way.digest !== undefined && (
                  <TwiceButton
                    act={() => take.mutate(way.digest ?? '')}
                    isBusy={take.isPending}
                    sure={<Named>{words.sure(way.operation ?? '')}</Named>}
                  >
                    <Named>{words.take(way.operation ?? '')}</Named>
                  </TwiceButton>
                )}
                <button type="button" className={buttons.small} onClick={() => look.mutate()}>
                  {words.again}
                </button>
              </div>
            )}
            <ProblemLine error={take.error} />
            {take.data !== undefined && <Done done={take.data} />}
          </div>
        )}
      </div>
      <Command
        line={commandLine('sallyport', 'undo', id, ...(way?.digest === undefined ? [] : ['--digest', way.digest]))}
      />
    </Part>
  );
}

function Way({ way }: { readonly way: UndoView }) {
  const { kind, why = '', operation = '', asked = '', lost = [], missing = [], changes = [], digest = '' } = way;
  if (kind === 'none')
    return (
      <p>
        <b>{words.none}</b>: <Named>{why}</Named>
      </p>
    );
  return (
    <>
      <Part title={words.would}>
        <p>
          <Named>{operation}</Named>
        </p>
        <code className={textStyles.request}>
          <Seen>{asked}</Seen>
        </code>
      </Part>
      {lost.length > 0 && (
        <Part title={words.lost} meaning="no">
          <Lines lines={lost} />
        </Part>
      )}
      {missing.length > 0 && (
        <Part title={words.missing} meaning="ask">
          <Lines lines={missing} />
        </Part>
      )}
      {changes.length > 0 && (
        <Part title={words.changes} hint={words.changesHint}>
          <Changes changes={changes} />
        </Part>
      )}
      <p className={textStyles.fine}>
        {words.digest}: <code>{digest.slice(0, 16)}…</code>
      </p>
    </>
  );
}

function Done({ done: { status, message, exchange } }: { readonly done: UndoneView }) {
  const isDone = status < 300;
  return (
    <div className={sheets.notice} data-meaning={isDone ? 'live' : 'no'} role="status">
      <p>
        {isDone ? words.done(status) : words.notDone(status)} <Named>{message}</Named>
      </p>
      <Link to="/exchanges/$id" params={{ id: exchange }}>
        {words.follow}
      </Link>
    </div>
  );
}
