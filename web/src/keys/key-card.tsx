import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { KeyView } from '../../../src/control/key-contract.ts';
import { gatewayNow } from '../api/clock.ts';
import { request } from '../api/request.ts';
import { Command } from '../looks/command.tsx';
import { Instant } from '../looks/instant.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Seen } from '../looks/seen.tsx';
import { Tag } from '../looks/tag.tsx';
import { TwiceButton } from '../looks/twice-button.tsx';
import { texts } from '../words/texts.ts';
import styles from './keys.module.css';

const words = texts.personKeys;

/** One key: whether it counts, the line of it for a policy file, and what can be done with it. */
export function KeyCard({ personKey: key, mayConfirm }: { readonly personKey: KeyView; readonly mayConfirm: boolean }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (what: 'confirm' | 'remove') =>
      what === 'confirm'
        ? request<KeyView>(`/keys/${key.id}/confirm`, { method: 'POST' })
        : request<KeyView>(`/keys/${key.id}`, { method: 'DELETE' }),
    onSettled: () => client.invalidateQueries({ queryKey: ['keys'] }),
  });
  const counts = gatewayNow() >= Date.parse(key.countsFrom);
  return (
    <li className={styles.card}>
      <div className={styles.top}>
        <h3>
          <Seen>{key.name}</Seen>
        </h3>
        <Tag meaning={counts ? 'ok' : 'ask'}>{counts ? words.counts : words.waits}</Tag>
      </div>
      <p className={styles.facts}>
        <Seen>{key.owner.subject}</Seen> · {words.enrolled} <Instant at={key.enrolledAt} />
        {!counts && (
          <>
            {' · '}
            {words.countsFrom} <Instant at={key.countsFrom} />
          </>
        )}
        {key.confirmedBy !== undefined && (
          <>
            {' · '}
            <Seen>{words.confirmedBy(key.confirmedBy)}</Seen>
          </>
        )}
      </p>
      <p className={styles.facts}>{words.lineHint}</p>
      <Command line={key.line} />
      <ProblemLine error={change.error} />
      <div className={styles.acts}>
        {mayConfirm && !counts && (
          <button type="button" className={styles.quiet} onClick={() => change.mutate('confirm')}>
            {words.confirm}
          </button>
        )}
        <TwiceButton sure={words.removeSure} act={() => change.mutate('remove')} isBusy={change.isPending}>
          {words.remove}
        </TwiceButton>
      </div>
    </li>
  );
}
