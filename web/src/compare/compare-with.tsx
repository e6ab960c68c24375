import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ExchangeRowView, ExchangeWholeView } from '../../../src/control/session-contract.ts';
import { alikeQuery } from '../api/queries.ts';
import buttons from '../looks/buttons.module.css';
import { Instant } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import sheets from '../looks/sheets.module.css';
import { Reading } from '../looks/state-of-page.tsx';
import { Tag } from '../looks/tag.tsx';
import textStyles from '../looks/text.module.css';
import { callWords, meaningOf } from '../sessions/kind.ts';
import { compareTexts, sessionTexts } from '../words/session-texts.ts';
import styles from './compare-with.module.css';

const words = compareTexts;

/** Chooses the call to compare with: of the same session, the same verb and kind; the nearest by its name first. */
export function CompareWith({ call }: { readonly call: ExchangeWholeView }) {
  const [isOpen, setOpen] = useState(false);
  const alike = useQuery({ ...alikeQuery(call), enabled: isOpen });
  const others = (alike.data?.items ?? [])
    .filter(({ id }) => id !== call.id)
    .toSorted((one, other) => Number(other.name === call.name) - Number(one.name === call.name));
  return (
    <div className={styles.with}>
      <button type="button" className={buttons.small} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {words.with}
      </button>
      {isOpen && (
        <div className={styles.list}>
          {alike.isPending && <Reading />}
          <ProblemLine error={alike.error} />
          {alike.data !== undefined && others.length === 0 && <p className={textStyles.fine}>{words.none}</p>}
          {others.length > 0 && (
            <ul className={sheets.rows}>
              {others.map((other) => (
                <Other key={other.id} call={call.id} other={other} />
              ))}
            </ul>
          )}
        </div>
      )}
    </div>
  );
}

function Other({ call, other }: { readonly call: string; readonly other: ExchangeRowView }) {
  // What was first stands on the left.
  const [a, b] = other.id < call ? [other.id, call] : [call, other.id];
  return (
    <li>
      <Link to="/compare" search={{ a, b }} className={`${sheets.row} ${styles.other}`}>
        <Instant at={other.at} />
        <span>
          <Named>{callWords(other)}</Named>
        </span>
        <Tag meaning={meaningOf(other)}>{other.status ?? other.code ?? sessionTexts.outcomes[other.outcome]}</Tag>
      </Link>
    </li>
  );
}
