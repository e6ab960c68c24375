import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { GrantUse as Use } from '../../../src/control/contract.ts';
import { request } from '../api/request.ts';
import buttons from '../looks/buttons.module.css';
import { Command } from '../looks/command.tsx';
import { Named } from '../looks/named.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import sheets from '../looks/sheets.module.css';
import textStyles from '../looks/text.module.css';
import { commandLine } from '../words/shell-word.ts';
import { texts } from '../words/texts.ts';
import { linkOf } from './asked.ts';
import { scopeWords } from './scope-words.ts';

const words = texts.grants;

/** What of a grant was used, and the narrower one that would have been enough, a press away from being asked for. */
export function GrantUse({ id }: { readonly id: string }) {
  const look = useMutation({ mutationFn: () => request<Use>(`/grants/${encodeURIComponent(id)}/use`) });
  return (
    <>
      {look.data === undefined && (
        <button type="button" className={buttons.small} disabled={look.isPending} onClick={() => look.mutate()}>
          {words.lookAtUse}
        </button>
      )}
      <ProblemLine error={look.error} />
      {look.data !== undefined && <Report use={look.data} />}
    </>
  );
}

function Report({ use: { exchanges, isWhole, isWider, narrower } }: { readonly use: Use }) {
  if (narrower.length === 0) return <p className={textStyles.fine}>{words.notUsed}</p>;
  const scopes = narrower.map(({ unmask, ...scope }) => (unmask === undefined ? scope : { ...scope, unmask }));
  return (
    <div className={sheets.notice} data-meaning={isWider ? 'ask' : 'live'} aria-live="polite">
      <p>
        {words.usedBy(exchanges, isWhole)} {isWider ? words.isWider : words.isNotWider}
      </p>
      {isWider && (
        <>
          <ul>
            {narrower.map((scope) => (
              <li key={JSON.stringify(scope)}>
                <Named>{scopeWords(scope)}</Named>
              </li>
            ))}
          </ul>
          {narrower.length === 1 && (
            <Link to="/grants/ask" search={{ grant: linkOf({ scopes }) }} className={buttons.small}>
              {words.askNarrower}
            </Link>
          )}
          <Command line={commandLine('sallyport', 'grants', 'request', '--body', JSON.stringify({ scopes }))} />
        </>
      )}
    </div>
  );
}
