import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { KeyView } from '../../../src/control/key-contract.ts';
import { gatewayNow } from '../api/clock.ts';
import { request } from '../api/request.ts';
import buttons from '../looks/buttons.module.css';
import { Command } from '../looks/command.tsx';
import { Instant } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { Tag } from '../looks/tag.tsx';
import textStyles from '../looks/text.module.css';
import { TwiceButton } from '../looks/twice-button.tsx';
import { keyTexts } from '../words/key-texts.ts';

const words = keyTexts;

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
    <li className={sheets.card}>
      <div className={sheets.top}>
        <h3>
          <Seen>{key.name}</Seen>
        </h3>
        <Tag meaning={counts ? 'ok' : 'ask'}>{counts ? words.counts : words.waits}</Tag>
      </div>
      <p className={textStyles.fine}>
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
      <p className={textStyles.fine}>
        <Named>{words.lineHint}</Named>
      </p>
      <Command line={key.line} isText />
      <ProblemLine error={change.error} />
      <div className={sheets.acts}>
        {mayConfirm && !counts && (
          <button type="button" className={buttons.quiet} onClick={() => change.mutate('confirm')}>
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
