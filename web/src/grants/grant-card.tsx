import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { GrantView } from '../../../src/control/contract.ts';
import { request } from '../api/request.ts';
import { holds, isOwn, type Self } from '../api/self.ts';
import buttons from '../looks/buttons.module.css';
import { Command } from '../looks/command.tsx';
import { Countdown } from '../looks/countdown.tsx';
import { Ago, Instant } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { type Meaning, Tag } from '../looks/tag.tsx';
import textStyles from '../looks/text.module.css';
import { TwiceButton } from '../looks/twice-button.tsx';
import { commandLine } from '../words/shell-word.ts';
import { texts } from '../words/texts.ts';
import { GrantUse } from './grant-use.tsx';
import styles from './grants.module.css';
import { scopeWords } from './scope-words.ts';

const words = texts.grants;
const MEANINGS: Readonly<Record<GrantView['state'], Meaning>> = { live: 'ok', pending: 'ask', ended: 'over' };

/** One grant: whose, for what, until when, how it was used; and its end, by its holder or an operator. */
export function GrantCard({ grant, self }: { readonly grant: GrantView; readonly self: Self | undefined }) {
  const { state, holder, scopes, reason } = grant;
  return (
    <li className={sheets.card}>
      <div className={sheets.top}>
        <Tag meaning={MEANINGS[state]}>{texts.states[state]}</Tag>
        <span className={styles.holder} title={holder.issuer}>
          <Seen>{holder.subject}</Seen>
        </span>
        <span className={styles.ends}>
          <End grant={grant} />
        </span>
      </div>
      <div className={styles.may}>
        {scopes.map((scope) => (
          <div key={JSON.stringify(scope)}>
            <p className={styles.scope}>
              <Named>{scopeWords(scope)}</Named>
            </p>
            <p className={styles.rule}>
              <Named>{words.byRule(scope.rule)}</Named>
            </p>
          </div>
        ))}
      </div>
      {reason !== '' && (
        <blockquote className={textStyles.quotation}>
          <Seen>{reason}</Seen>
        </blockquote>
      )}
      <p className={styles.facts}>
        <span>
          {words.used} {words.usedOf(grant.uses, grant.usesMax)}
        </span>
        <span>{words.for(grant.for)}</span>
        <Ago at={grant.startsAt ?? grant.askedAt} />
        {grant.endedBy !== undefined && (
          <span>
            {words.endedBy} <Seen>{[grant.endedBy, grant.endedWith?.subject].filter(Boolean).join(', ')}</Seen>
          </span>
        )}
      </p>
      {state === 'pending' && (
        <div className={sheets.acts}>
          <Link to="/approvals/$id" params={{ id: grant.id }} className={buttons.small}>
            {words.openQuestion}
          </Link>
        </div>
      )}
      {state !== 'pending' && (
        <div className={sheets.acts}>
          <GrantUse id={grant.id} />
        </div>
      )}
      {state !== 'ended' && <Acts grant={grant} self={self} />}
    </li>
  );
}

function End({ grant: { state, endsAt, startsAt, closesAt, askedAt, endedAt } }: { readonly grant: GrantView }) {
  if (state === 'ended') return endedAt === undefined ? null : <Instant at={endedAt} />;
  const [to, from, label] =
    state === 'live' ? [endsAt, startsAt, words.ends] : [closesAt, askedAt, texts.question.closes];
  return to === undefined ? null : <Countdown to={to} {...(from === undefined ? {} : { from })} label={label} />;
}

function Acts({ grant: { id, holder }, self }: { readonly grant: GrantView; readonly self: Self | undefined }) {
  const client = useQueryClient();
  const isHolder = isOwn(self, holder);
  const how = isHolder ? 'release' : 'revoke';
  const end = useMutation({
    mutationFn: () => request<GrantView>(`/grants/${encodeURIComponent(id)}/${how}`, { method: 'POST', body: {} }),
    onSettled: () => client.invalidateQueries({ queryKey: ['grants'] }),
  });
  if (!isHolder && !holds(self, 'operator')) return null;
  return (
    <>
      <ProblemLine error={end.error} />
      <Command line={commandLine('sallyport', 'grants', how, id)} />
      <div className={sheets.acts}>
        <TwiceButton
          sure={isHolder ? words.releaseSure : words.revokeSure}
          act={() => end.mutate()}
          isBusy={end.isPending}
        >
          {isHolder ? words.release : words.revoke}
        </TwiceButton>
      </div>
    </>
  );
}
