import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { DelegationView } from '../../../src/control/delegations/delegation-contract.ts';
import { delegationsQuery, selfQuery } from '../api/queries.ts';
import { holds, isOwn, type Self } from '../api/self.ts';
import { Choice } from '../looks/choice.tsx';
import { Named } from '../looks/named.tsx';
import { PageHead } from '../looks/page-head.tsx';
import sheets from '../looks/sheets.module.css';
import { Failed, Nothing, Reading } from '../looks/state-of-page.tsx';
import { delegationTexts } from '../words/delegation-texts.ts';
import { DelegationCard } from './delegation-card.tsx';
import styles from './delegations.module.css';
import { Give } from './give.tsx';

const words = delegationTexts;

/** Who answers in whose place: what one has handed on and what one was handed, each with its end; for who holds a role everybody's. */
export function Delegations() {
  const { all = false } = useSearch({ from: '/stand-ins' });
  const navigate = useNavigate();
  const self = useQuery(selfQuery).data;
  const maySeeAll = holds(self, 'auditor', 'operator');
  const delegations = useQuery(delegationsQuery(all && maySeeAll));
  const items = delegations.data?.items ?? [];
  return (
    <>
      <PageHead title={words.title} lead={words.lead}>
        {maySeeAll && (
          <Choice
            label={words.title}
            value={all ? 'all' : 'mine'}
            options={[
              ['mine', words.mine],
              ['all', words.all],
            ]}
            onChoose={(chosen) => void navigate({ to: '/stand-ins', search: chosen === 'all' ? { all: true } : {} })}
          />
        )}
      </PageHead>
      <div className={styles.split}>
        <div>
          {delegations.isPending && <Reading />}
          {delegations.data === undefined && delegations.error !== null && (
            <Failed error={delegations.error} again={() => void delegations.refetch()} />
          )}
          {delegations.data !== undefined && items.length === 0 && (
            <Nothing icon="person" title={words.emptyTitle}>
              <p>{words.emptyText}</p>
            </Nothing>
          )}
          <Lists items={items} self={self} />
        </div>
        {self !== undefined && self.delegable.length > 0 && <Give self={self} />}
        {self?.delegable.length === 0 && (
          <section className={styles.none}>
            <h2>{words.none}</h2>
            <p>
              <Named>{words.noneHint}</Named>
            </p>
          </section>
        )}
      </div>
    </>
  );
}

function Lists({ items, self }: { readonly items: readonly DelegationView[]; readonly self: Self | undefined }) {
  const live = items.filter(({ state }) => state === 'live');
  const isTo = ({ to }: DelegationView) => isOwn(self, to);
  const isFrom = ({ from }: DelegationView) => isOwn(self, from);
  const lists = [
    [words.toYou, live.filter(isTo)],
    [words.byYou, live.filter((one) => isFrom(one) && !isTo(one))],
    [words.ofOthers, live.filter((one) => !isFrom(one) && !isTo(one))],
    [words.over, items.filter(({ state }) => state === 'ended')],
  ] as const;
  return lists
    .filter(([, these]) => these.length > 0)
    .map(([title, these]) => (
      <section key={title} className={styles.list}>
        <h2>{title}</h2>
        <ul className={sheets.cards}>
          {these.map((delegation) => (
            <DelegationCard key={delegation.id} delegation={delegation} self={self} />
          ))}
        </ul>
      </section>
    ));
}
