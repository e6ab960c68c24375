import { useQuery } from '@tanstack/react-query';
import { lazyRouteComponent, useNavigate, useSearch } from '@tanstack/react-router';
import { Suspense, useEffect, useRef, useState } from 'react';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { pendingQuery } from '../api/queries.ts';
import { bursts } from '../approval/bursts.ts';
import { byRisk } from '../approval/risk.ts';
import buttons from '../looks/buttons.module.css';
import { SameByCommand } from '../looks/command.tsx';
import { PageHead } from '../looks/page-head.tsx';
import { Failed, Nothing, Reading } from '../looks/state-of-page.tsx';
import { useKeys } from '../looks/use-keys.ts';
import { useWide } from '../looks/use-wide.ts';
import { texts } from '../words/texts.ts';
import { BurstCard } from './burst-card.tsx';
import { EmptyInbox } from './empty-inbox.tsx';
import styles from './inbox.module.css';
import { Keys } from './keys.tsx';
import { matches } from './matches.ts';
import { QuestionCard } from './question-card.tsx';
import { Recent } from './recent.tsx';
import { useChosen } from './use-chosen.ts';

/** A whole question is no part of the first load: it comes when there is one. */
const Question = lazyRouteComponent(() => import('../approval/question.tsx'), 'Question');

/** The questions that wait, those for the reader first, the worst and oldest on top; on a wide screen the chosen one whole beside them. */
export function Inbox() {
  const pending = useQuery(pendingQuery);
  const { q = '' } = useSearch({ from: '/' });
  const navigate = useNavigate();
  const isWide = useWide('split');
  const [areKeysShown, showKeys] = useState(false);
  const filter = useRef<HTMLInputElement>(null);
  const all = [...(pending.data?.items ?? [])].sort(byRisk);
  const found = all.filter((question) => matches(question, q));
  const mine = found.filter(({ mayAnswer }) => mayAnswer);
  const others = found.filter(({ mayAnswer }) => !mayAnswer);
  const inOrder = [...bursts(mine).flatMap(({ questions }) => questions), ...others];
  const { current, choose: setChosen, step } = useChosen(inOrder, isWide);
  const open = (id: string) => void navigate({ to: '/approvals/$id', params: { id } });
  useKeys({
    j: step(1),
    k: step(-1),
    '?': () => showKeys(true),
    '/': () => filter.current?.focus(),
    ...(current === undefined ? {} : { Enter: () => open(current.id) }),
    ...(current === undefined || isWide ? {} : { a: () => open(current.id), r: () => open(current.id) }),
  });
  const isAnyAsked = all.length > 0;
  useEffect(() => {
    if (isAnyAsked) void Question.preload?.();
  }, [isAnyAsked]);
  useEffect(() => {
    document.getElementById(`card-${current?.id}`)?.scrollIntoView({ block: 'nearest' });
  }, [current?.id]);
  const choose = ({ id }: ApprovalView) => (isWide ? setChosen(id) : open(id));
  const card = (question: ApprovalView) => (
    <QuestionCard
      key={question.id}
      approval={question}
      isChosen={current?.id === question.id}
      onChoose={() => choose(question)}
    />
  );
  return (
    <>
      <PageHead
        title={texts.inbox.title}
        lead={
          pending.data === undefined
            ? texts.inbox.lead
            : texts.inbox.count(all.filter(({ mayAnswer }) => mayAnswer).length)
        }
      >
        {all.length > 0 && (
          <input
            ref={filter}
            className={`entry ${styles.filter}`}
            type="search"
            value={q}
            placeholder={texts.inbox.filter}
            aria-label={texts.inbox.filter}
            onChange={({ target }) =>
              void navigate({ to: '/', search: target.value === '' ? {} : { q: target.value }, replace: true })
            }
          />
        )}
      </PageHead>
      <Keys isOpen={areKeysShown} onClose={() => showKeys(false)} />
      {pending.isPending && <Reading />}
      {pending.data === undefined && pending.error !== null && (
        <Failed error={pending.error} again={() => void pending.refetch()} />
      )}
      {pending.data !== undefined && all.length === 0 && current === undefined && <EmptyInbox />}
      {all.length > 0 && found.length === 0 && (
        <Nothing icon="search" title={texts.inbox.noMatchTitle}>
          <p>{texts.inbox.noMatchText(all.length)}</p>
          <button type="button" className={buttons.quiet} onClick={() => void navigate({ to: '/', search: {} })}>
            {texts.inbox.clear}
          </button>
        </Nothing>
      )}
      {(found.length > 0 || (current !== undefined && all.length === 0)) && (
        <div className={styles.split}>
          <div className={styles.list}>
            {all.length === 0 && <Nothing icon="check" title={texts.inbox.emptyTitle} />}
            {bursts(mine).map(({ key, of, questions }) =>
              of === 'one' ? (
                questions.map(card)
              ) : (
                <BurstCard key={key} of={of} questions={questions} chosen={current?.id} onChoose={choose} />
              ),
            )}
            {others.length > 0 && <h2 className={styles.others}>{texts.inbox.others(others.length)}</h2>}
            {others.map(card)}
          </div>
          {isWide && current !== undefined && (
            <div className={styles.detail}>
              <Suspense fallback={<Reading />}>
                <Question key={current.id} approval={current} heading="h2" onAnswer={() => setChosen(current.id)} />
              </Suspense>
            </div>
          )}
        </div>
      )}
      <Recent />
      <SameByCommand lines={['sallyport approvals list --state pending', 'sallyport approvals watch']} />
    </>
  );
}
