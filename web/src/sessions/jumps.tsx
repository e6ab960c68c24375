import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ExchangeRowView } from '../../../src/control/session-contract.ts';
import buttons from '../looks/buttons.module.css';
import { useKeys } from '../looks/use-keys.ts';
import { sessionTexts } from '../words/session-texts.ts';
import { isOf } from './kind.ts';
import { nextOf } from './next-call.ts';
import styles from './story.module.css';

const words = sessionTexts;
const JUMPS = [
  ['held', 'h'],
  ['refused', 'x'],
  ['changes', 'c'],
] as const;

interface Props {
  readonly calls: readonly ExchangeRowView[];
  readonly more:
    | (() => Promise<{ readonly pages: readonly { readonly items: readonly ExchangeRowView[] }[] } | undefined>)
    | undefined;
}

/** Goes to the next call that was held, refused or changed something, from the one that was gone to last; what is not read yet is read on the way. */
export function Jumps({ calls, more }: Props) {
  const navigate = useNavigate();
  const [at, setAt] = useState<string>();
  const jump = (kind: 'held' | 'refused' | 'changes') => async () => {
    const here = nextOf(calls, kind, at);
    const found = here ?? nextOf((await more?.())?.pages.flatMap((page) => page.items) ?? [], kind, calls.at(-1)?.id);
    // After the last comes the first again.
    const next = found ?? nextOf(calls, kind, undefined);
    if (next === undefined) return;
    setAt(next.id);
    await navigate({ to: '.', search: true, hash: `call-${next.id}`, replace: true });
  };
  useKeys(Object.fromEntries(JUMPS.map(([kind, key]) => [key, () => void jump(kind)()])));
  return (
    <div className={styles.jumps}>
      {JUMPS.filter(([kind]) => more !== undefined || calls.some((call) => isOf(call, kind))).map(([kind, key]) => (
        <button
          key={kind}
          type="button"
          className={buttons.small}
          aria-keyshortcuts={key}
          onClick={() => void jump(kind)()}
        >
          {words.next[kind]}
        </button>
      ))}
    </div>
  );
}
