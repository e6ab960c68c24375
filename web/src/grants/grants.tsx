import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { GrantView } from '../../../src/control/contract.ts';
import { grantsQuery, selfQuery } from '../api/queries.ts';
import { holds } from '../api/self.ts';
import buttons from '../looks/buttons.module.css';
import { Choice } from '../looks/choice.tsx';
import { SameByCommand } from '../looks/command.tsx';
import { More } from '../looks/more.tsx';
import { Named } from '../looks/named.tsx';
import { PageHead } from '../looks/page-head.tsx';
import sheets from '../looks/sheets.module.css';
import { Failed, Nothing, Reading } from '../looks/state-of-page.tsx';
import { texts } from '../words/texts.ts';
import { GrantCard } from './grant-card.tsx';
import styles from './grants.module.css';
import { OneGrant } from './one-grant.tsx';

const words = texts.grants;
const STATES = ['live', 'pending', 'ended'] as const;

/** What the address of this page may say. */
export interface GrantsSearch {
  readonly state?: GrantView['state'];
  readonly all?: boolean;
  /** One grant alone. */
  readonly id?: string;
}

/** What has been allowed for a time: one's own, or for who has a role everybody's; or the one that the address names. */
export function Grants() {
  const { id } = useSearch({ from: '/grants' });
  return id === undefined ? <ListOfGrants /> : <OneGrant id={id} />;
}

function ListOfGrants() {
  const { state = 'live', all = false } = useSearch({ from: '/grants' });
  const navigate = useNavigate();
  const self = useQuery(selfQuery).data;
  const maySeeAll = holds(self, 'auditor', 'operator');
  const grants = useInfiniteQuery(grantsQuery(all && maySeeAll, state));
  const items = (grants.data?.pages ?? []).flatMap((page) => page.items);
  const go = (search: GrantsSearch) => void navigate({ to: '/grants', search });
  return (
    <>
      <PageHead title={words.title} lead={words.lead}>
        <Link to="/grants/ask" className={buttons.main}>
          {words.ask}
        </Link>
      </PageHead>
      <div className={styles.filters}>
        <Choice
          label={words.title}
          value={state}
          options={STATES.map((value) => [value, words[value]] as const)}
          onChoose={(chosen) => go({ state: chosen, all })}
        />
        {maySeeAll && (
          <Choice
            label={words.holder}
            value={all ? 'all' : 'mine'}
            options={[
              ['mine', words.mine],
              ['all', words.all],
            ]}
            onChoose={(chosen) => go({ state, all: chosen === 'all' })}
          />
        )}
      </div>
      {grants.isPending && <Reading />}
      {grants.data === undefined && grants.error !== null && (
        <Failed error={grants.error} again={() => void grants.refetch()} />
      )}
      {grants.data !== undefined && items.length === 0 && (
        <Empty
          state={state}
          isOfAll={all && maySeeAll}
          onAll={maySeeAll ? () => go({ state, all: true }) : undefined}
        />
      )}
      <ul className={sheets.cards}>
        {items.map((grant) => (
          <GrantCard key={grant.id} grant={grant} self={self} />
        ))}
      </ul>
      <More query={grants} />
      <SameByCommand lines={[`sallyport grants list --state ${state}${all ? ' --all' : ''}`]} />
    </>
  );
}

interface EmptyProps {
  readonly state: GrantView['state'];
  readonly isOfAll: boolean;
  /** Shows everybody's; undefined for who may see their own alone. */
  readonly onAll: (() => void) | undefined;
}

/** There is none: of all, or of the reader's own, beside which there may be others'. */
function Empty({ state, isOfAll, onAll }: EmptyProps) {
  return (
    <Nothing icon="grants" title={(isOfAll ? words.empty : words.emptyMine)[state]}>
      <p>
        <Named>{words.emptyText}</Named>
      </p>
      {!isOfAll && onAll !== undefined && (
        <button type="button" className={buttons.quiet} onClick={onAll}>
          {words.seeAll}
        </button>
      )}
    </Nothing>
  );
}
