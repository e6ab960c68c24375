import type { ExchangeWholeView } from '../../../src/control/session-contract.ts';
import { Part } from '../approval/part.tsx';
import { Instant } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import table from '../looks/table.module.css';
import textStyles from '../looks/text.module.css';
import { callTexts } from '../words/session-texts.ts';

const words = callTexts;

/** How the gateway read it, and its lines in the journal with the hashes that chain them. */
export function Proof({ call: { journal, operation } }: { readonly call: ExchangeWholeView }) {
  return (
    <>
      {operation !== undefined && (
        <Part title={words.operation}>
          <pre className={textStyles.document}>
            <Seen>{JSON.stringify(operation, null, 2)}</Seen>
          </pre>
        </Part>
      )}
      <Part title={words.proof}>
        <table className={table.table}>
          <tbody>
            {journal.map(({ seq, type, at, hash }) => (
              <tr key={seq}>
                <td data-name={words.seq}>{seq}</td>
                <td data-wide="">{type}</td>
                <td>
                  <Instant at={at} />
                </td>
                <td data-wide="">
                  <code>{hash}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className={textStyles.dim}>
          <Named>{words.proofHint}</Named>
        </p>
      </Part>
    </>
  );
}
