import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { DelegationView } from '../../../src/control/delegations/delegation-contract.ts';
import { request } from '../api/request.ts';
import { holds, isOwn, type Self } from '../api/self.ts';
import { Command } from '../looks/command.tsx';
import { Countdown } from '../looks/countdown.tsx';
import { Instant } from '../looks/instant.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { Tag } from '../looks/tag.tsx';
import textStyles from '../looks/text.module.css';
import { TwiceButton } from '../looks/twice-button.tsx';
import { delegationTexts } from '../words/delegation-texts.ts';
import { commandLine } from '../words/shell-word.ts';
import { texts } from '../words/texts.ts';
import styles from './delegations.module.css';

const words = delegationTexts;

/** One person in another's place: who, for which rules, until when and why; and its end, by either of them or an operator. */
export function DelegationCard({
  delegation,
  self,
}: {
  readonly delegation: DelegationView;
  readonly self: Self | undefined;
}) {
  const { id, state, from, to, rules, reason, at, endsAt } = delegation;
  const isLive = state === 'live';
  return (
    <li className={sheets.card}>
      <div className={sheets.top}>
        <Tag meaning={isLive ? 'ok' : 'over'}>{texts.states[state]}</Tag>
        <span className={styles.ends}>
          {isLive ? (
            <>
              {words.ends} <Countdown to={endsAt} from={at} label={words.ends} />
            </>
          ) : (
            <Over delegation={delegation} />
          )}
        </span>
      </div>
      <p className={styles.who}>
        <b title={to.issuer}>
          <Seen>{to.subject}</Seen>
        </b>{' '}
        {words.answersFor}{' '}
        <b title={from.issuer}>
          <Seen>{from.subject}</Seen>
        </b>
      </p>
      <p className={textStyles.fine}>
        {rules.length === 0
          ? words.eachRule
          : rules.map((rule) => (
              <span key={rule}>
                <code className={textStyles.name}>
                  <Seen>{rule}</Seen>
                </code>{' '}
              </span>
            ))}{' '}
        · {words.since} <Instant at={at} />
      </p>
      <blockquote className={textStyles.quotation}>
        <Seen>{reason}</Seen>
      </blockquote>
      {isLive && <End delegation={delegation} self={self} />}
      {isLive && <Command line={commandLine('sallyport', 'approvals', 'take-back', id)} />}
    </li>
  );
}

function Over({ delegation: { endsAt, endedAt, endedBy } }: { readonly delegation: DelegationView }) {
  return (
    <>
      {words.ended} {endedBy !== undefined && <Seen>{`${words.endedBy(endedBy)} `}</Seen>}
      <Instant at={endedAt ?? endsAt} />
    </>
  );
}

function End({ delegation: { id, from, to }, self }: Parameters<typeof DelegationCard>[0]) {
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () =>
      request<DelegationView>(`/delegations/${encodeURIComponent(id)}/end`, { method: 'POST', body: {} }),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['delegations'] }),
        // Whose questions one sees hangs on it.
        client.invalidateQueries({ queryKey: ['approvals'] }),
      ]),
  });
  const [name, sure] = isOwn(self, from)
    ? [words.takeBack, words.takeBackSure]
    : isOwn(self, to)
      ? [words.giveBack, words.giveBackSure]
      : [words.end, words.endSure];
  if (!isOwn(self, from) && !isOwn(self, to) && !holds(self, 'operator')) return null;
  return (
    <>
      <ProblemLine error={end.error} />
      <div className={sheets.acts}>
        <TwiceButton sure={sure} act={() => end.mutate()} isBusy={end.isPending}>
          {name}
        </TwiceButton>
      </div>
    </>
  );
}
