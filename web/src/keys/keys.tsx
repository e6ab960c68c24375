import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { EnrolmentView, KeyView } from '../../../src/control/key-contract.ts';
import { makeKey } from '../api/person-key.ts';
import { keysQuery, selfQuery } from '../api/queries.ts';
import { request } from '../api/request.ts';
import { holds } from '../api/self.ts';
import buttons from '../looks/buttons.module.css';
import { Field } from '../looks/field.tsx';
import { Named } from '../looks/named.tsx';
import { PageHead } from '../looks/page-head.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import sheets from '../looks/sheets.module.css';
import { Failed, Nothing, Reading } from '../looks/state-of-page.tsx';
import { SignInAgain } from '../sign-in/sign-in-again.tsx';
import { useStaleness } from '../sign-in/use-staleness.ts';
import { keyTexts } from '../words/key-texts.ts';
import { KeyCard } from './key-card.tsx';
import styles from './keys.module.css';

const words = keyTexts;

/** Limit of the gateway's: how long ago who enrols or removes a key signed in at most, in milliseconds. */
const SIGNED_IN_MS_MAX = 5 * 60_000;

/** The keys with which a person signs answers; who operates the gateway sees everybody's, and says that another's counts. */
export function Keys() {
  const self = useQuery(selfQuery).data;
  const isOperator = holds(self, 'operator');
  const own = useQuery(keysQuery(false));
  const all = useQuery({ ...keysQuery(true), enabled: isOperator });
  const others = (all.data?.items ?? []).filter(({ id }) => !own.data?.items.some((each) => each.id === id));
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      <Stale />
      <Enrol />
      {own.isPending && <Reading />}
      {own.data === undefined && own.error !== null && <Failed error={own.error} again={() => void own.refetch()} />}
      {own.data?.items.length === 0 && (
        <Nothing icon="key" title={words.emptyTitle}>
          <p>
            <Named>{words.emptyText}</Named>
          </p>
        </Nothing>
      )}
      <List keys={own.data?.items ?? []} mayConfirm={false} />
      {others.length > 0 && (
        <section className={styles.others}>
          <h2>{words.others}</h2>
          <List keys={others} mayConfirm={isOperator} />
        </section>
      )}
    </>
  );
}

function List({ keys, mayConfirm }: { readonly keys: readonly KeyView[]; readonly mayConfirm: boolean }) {
  return (
    <ul className={sheets.cards}>
      {keys.map((key) => (
        <KeyCard key={key.id} personKey={key} mayConfirm={mayConfirm} />
      ))}
    </ul>
  );
}

/** Keys are enrolled and removed by who signed in a moment ago: said before a name is typed. */
function Stale() {
  const stale = useStaleness(SIGNED_IN_MS_MAX);
  if (stale === undefined) return null;
  return (
    <div className={styles.stale}>
      <SignInAgain stale={stale} withinMs={SIGNED_IN_MS_MAX} to="/keys" />
    </div>
  );
}

function Enrol() {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const enrol = useMutation({
    mutationFn: async () => {
      const begun = await request<EnrolmentView>('/keys/challenge', { method: 'POST' });
      const body = { state: begun.state, name: name.trim(), ...(await makeKey(begun)) };
      return request<KeyView>('/keys', { method: 'POST', body });
    },
    onSuccess: () => setName(''),
    onSettled: () => client.invalidateQueries({ queryKey: ['keys'] }),
  });
  return (
    <form
      className={styles.enrol}
      onSubmit={(event) => {
        event.preventDefault();
        enrol.mutate();
      }}
    >
      <Field label={words.name} hint={words.nameHint}>
        {(attributes) => (
          <input
            {...attributes}
            value={name}
            maxLength={100}
            required
            autoComplete="off"
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <button type="submit" className={buttons.main} disabled={enrol.isPending}>
        {enrol.isPending ? words.waiting : words.enrol}
      </button>
      <div aria-live="polite">
        <ProblemLine error={enrol.error} />
      </div>
    </form>
  );
}
