import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { KillView } from '../../../src/control/contract.ts';
import { killsQuery } from '../api/queries.ts';
import { request } from '../api/request.ts';
import { Ago } from '../looks/instant.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { TwiceButton } from '../looks/twice-button.tsx';
import { texts } from '../words/texts.ts';
import styles from './now.module.css';

const words = texts.now;

/** What is stopped, by whom and why; nothing where nothing is. */
export function Stopped({ mayLift }: { readonly mayLift: boolean }) {
  const client = useQueryClient();
  const kills = useQuery(killsQuery);
  const lift = useMutation({
    mutationFn: (id: string) => request<KillView>(`/kills/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSettled: () => client.invalidateQueries({ queryKey: ['kills'] }),
  });
  const live = kills.data?.items.filter(({ state }) => state === 'live') ?? [];
  if (live.length === 0) return null;
  return (
    <section className={styles.kills} aria-label={words.stopped}>
      <ProblemLine error={lift.error} />
      {live.map(({ id, what, value, reason, by, at }) => (
        <div key={id} className={`${sheets.notice} ${styles.kill}`} data-meaning="no">
          <span className={styles.what}>
            {words.stopped}: {words.stopWhat[what]} <Seen>{value}</Seen>
          </span>
          <span>
            “<Seen>{reason}</Seen>”
          </span>
          <span>
            <Seen>{words.stoppedBy(by)}</Seen>, <Ago at={at} />
          </span>
          {mayLift && (
            <TwiceButton sure={words.liftSure} act={() => lift.mutate(id)} isBusy={lift.isPending}>
              {words.lift}
            </TwiceButton>
          )}
        </div>
      ))}
    </section>
  );
}
