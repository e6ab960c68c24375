import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import type { GrantView } from '../../../src/control/contract.ts';
import { listen, type Told } from './events.ts';
import type { Page } from './queries.ts';

/** Whether changes are being told: `waiting` until the first stream is open. */
export type Liveness = 'waiting' | 'live' | 'lost';

/** Limit: questions of which the page of lately answered ones knows; whatever happens all day, no more are kept. */
const LATELY_MAX = 100;

const Live = createContext<Liveness>('waiting');

export function useLiveness(): Liveness {
  return useContext(Live);
}

/** Puts what the gateway tells into what the pages show; `onAsked` hears of each question that is new. */
export function LiveProvider({
  children,
  onAsked,
}: {
  readonly children: ReactNode;
  readonly onAsked: (approval: ApprovalView) => void;
}) {
  const client = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>('waiting');
  useEffect(() => {
    // React keeps each setting of a state, also one that changes nothing, until the component is drawn again: of a day's events each would stay.
    let said: Liveness = 'waiting';
    return listen((told) => {
      const now = told.kind === 'lost' ? 'lost' : 'live';
      if (now !== said) setLiveness(now);
      said = now;
      take(client, told, onAsked);
    });
  }, [client, onAsked]);
  return <Live value={liveness}>{children}</Live>;
}

function take(client: QueryClient, told: Told, onAsked: (approval: ApprovalView) => void): void {
  switch (told.kind) {
    case 'approval': {
      const approval = told.data as ApprovalView;
      // What nobody has on a page is not kept: a day's events would stay.
      client.setQueryData<ApprovalView>(['approval', approval.id], (known) => known && approval);
      client.setQueryData<Page<ApprovalView>>(['approvals', 'pending'], (page) => {
        if (page === undefined) return page;
        const isNew = !page.items.some(({ id }) => id === approval.id);
        if (isNew && approval.state === 'pending') onAsked(approval);
        return { ...page, items: withChange(page.items, approval, approval.state === 'pending') };
      });
      client.setQueryData<Page<ApprovalView>>(
        ['approvals', 'all'],
        (page) => page && { ...page, items: withChange(page.items, approval, true).slice(0, LATELY_MAX) },
      );
      return;
    }
    case 'grant': {
      const grant = told.data as GrantView;
      client.setQueryData<GrantView>(['grant', grant.id], (known) => known && grant);
      void client.invalidateQueries({ queryKey: ['grants'] });
      return;
    }
    case 'begun':
      void client.invalidateQueries({ queryKey: [told.of === 'approval' ? 'approvals' : 'grants'] });
      return;
    case 'lost':
      return;
  }
}

/** The list with the item changed in its place, or first where it is new; without it where it no longer belongs. */
function withChange<Item extends { readonly id: string }>(
  items: readonly Item[],
  item: Item,
  belongs: boolean,
): readonly Item[] {
  const others = items.filter(({ id }) => id !== item.id);
  if (!belongs) return others;
  return others.length === items.length ? [item, ...items] : items.map((each) => (each.id === item.id ? item : each));
}
