import { Link } from '@tanstack/react-router';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { Instant } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import sheets from '../looks/sheets.module.css';
import textStyles from '../looks/text.module.css';
import { yesTexts } from '../words/yes-texts.ts';

const words = yesTexts;

/** What a yes covers beside its own request, and what it has covered; or by which yes this one is covered. */
export function Covered({ approval: { rest, restOf } }: { readonly approval: ApprovalView }) {
  if (restOf !== undefined)
    return (
      <p className={textStyles.fine}>
        {words.coveredBy}{' '}
        <Link to="/approvals/$id" params={{ id: restOf }}>
          {words.coveredByLink}
        </Link>
      </p>
    );
  if (rest === undefined) return null;
  const { uses, usesMax, verbs, until } = rest;
  return (
    <section className={sheets.card}>
      <p>
        {words.covers(uses.length, usesMax, verbs)}, {words.coversUntil} <Instant at={until} />
      </p>
      {uses.length > 0 && (
        <ul className={sheets.rows}>
          {uses.map(({ operation, exchange, at }) => (
            <li key={exchange}>
              <Link to="/exchanges/$id" params={{ id: exchange }} className={sheets.row}>
                <span>
                  <Named>{operation}</Named> <Instant at={at} />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
