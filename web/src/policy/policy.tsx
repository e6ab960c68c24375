import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { selfQuery } from '../api/queries.ts';
import { holds } from '../api/self.ts';
import { Choice } from '../looks/choice.tsx';
import { Named } from '../looks/named.tsx';
import { PageHead } from '../looks/page-head.tsx';
import { Nothing, Reading } from '../looks/state-of-page.tsx';
import { policyTexts } from '../words/policy-texts.ts';
import { texts } from '../words/texts.ts';
import styles from './policy.module.css';
import { POLICY_VIEWS, type PolicyView } from './policy-search.ts';
import { Rules } from './rules.tsx';
import { Shadow } from './shadow.tsx';
import { WhoCan } from './who-can.tsx';
import { Why } from './why.tsx';

const words = policyTexts;

/** The editor is larger than all other pages, and comes when it is wanted. */
const Propose = lazy(async () => ({ default: (await import('./propose.tsx')).Propose }));

/** What is in force and how it is used, why a request is answered as it is, and what a change would do. */
export function Policy() {
  const { view = 'rules' } = useSearch({ from: '/policy' });
  const navigate = useNavigate();
  const self = useQuery(selfQuery).data;
  if (!holds(self, 'auditor', 'operator'))
    return (
      <>
        <PageHead title={words.title} lead={words.lead} />
        <Nothing icon="policy" title={texts.failed.forbidden}>
          <p>
            <Named>{words.needRole}</Named>
          </p>
        </Nothing>
      </>
    );
  return (
    <>
      <PageHead title={words.title} lead={words.leads[view]} />
      <div className={styles.views}>
        <Choice
          label={words.title}
          value={view}
          options={POLICY_VIEWS.map((each) => [each, words.views[each]] as const)}
          onChoose={(chosen) => void navigate({ to: '/policy', search: { view: chosen } })}
        />
      </div>
      <Shown view={view} />
    </>
  );
}

function Shown({ view }: { readonly view: PolicyView }) {
  switch (view) {
    case 'rules':
      return <Rules />;
    case 'why':
      return <Why />;
    case 'who-can':
      return <WhoCan />;
    case 'observed':
      return <Shadow />;
    case 'propose':
      return (
        <Suspense fallback={<Reading />}>
          <Propose />
        </Suspense>
      );
  }
}
