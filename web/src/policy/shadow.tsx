import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { shadowQuery } from '../api/policy-queries.ts';
import { Choice } from '../looks/choice.tsx';
import { SameByCommand } from '../looks/command.tsx';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import { Failed, Nothing, Reading } from '../looks/state-of-page.tsx';
import table from '../looks/table.module.css';
import { Tag } from '../looks/tag.tsx';
import text from '../looks/text.module.css';
import { policyTexts } from '../words/policy-texts.ts';
import { sessionTexts } from '../words/session-texts.ts';
import { EFFECT_MEANING } from './effect-meaning.ts';
import styles from './policy.module.css';

const words = policyTexts;
const SPANS = ['24h', '7d', '30d'] as const;

/** What policy that is only observed would have answered otherwise. */
export function Shadow() {
  const [since, setSince] = useState<(typeof SPANS)[number]>('7d');
  const report = useQuery(shadowQuery(since));
  return (
    <>
      <div className={styles.bar}>
        <Choice
          label={sessionTexts.since}
          value={since}
          options={SPANS.map((each) => [each, words.spans[each]] as const)}
          onChoose={setSince}
        />
        {report.data !== undefined && <p className={text.fine}>{words.looked(report.data.exchanges)}</p>}
      </div>
      {report.isPending && <Reading />}
      {report.data === undefined && report.error !== null && (
        <Failed error={report.error} again={() => void report.refetch()} />
      )}
      {report.data?.items.length === 0 && (
        <Nothing icon="policy" title={words.nothingObserved}>
          <p>
            <Named>{words.nothingObservedText}</Named>
          </p>
        </Nothing>
      )}
      {report.data !== undefined && report.data.items.length > 0 && (
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{sessionTexts.caller}</th>
              <th scope="col">{words.what}</th>
              <th scope="col">{words.was}</th>
              <th scope="col">{words.would}</th>
              <th scope="col" className={table.number}>
                {words.times}
              </th>
              <th scope="col">{words.last}</th>
            </tr>
          </thead>
          <tbody>
            {report.data.items.map((item) => (
              <tr key={JSON.stringify([item.caller, item.target, item.operation, item.would, item.rule])}>
                <td data-wide="">
                  <b>
                    <Seen>{item.caller}</Seen>
                  </b>
                </td>
                <td data-wide="">
                  <code>
                    <Seen>{`${item.operation} (${item.target})`}</Seen>
                  </code>
                </td>
                <td data-name={words.was}>
                  <Effect effect={item.was} />
                </td>
                <td data-name={words.would}>
                  <Effect effect={item.would} /> <Seen>{item.rule === '' ? words.noRule : item.rule}</Seen>
                </td>
                <td data-name={words.times} className={table.number}>
                  {item.times}
                </td>
                <td data-name={words.last}>
                  <Link to="/exchanges/$id" params={{ id: item.last }}>
                    {words.look}
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {report.data !== undefined && report.data.rules.length > 0 && (
        <section className={`${styles.file} ${styles.missing}`}>
          <h2>{words.missingRules}</h2>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
          <pre className={text.document} tabIndex={0}>
            <Seen>{report.data.rules.map((rule) => `- ${JSON.stringify(rule)}`).join('\n')}</Seen>
          </pre>
        </section>
      )}
      <SameByCommand lines={[`sallyport policy shadow report --config sallyport.yaml --since ${since}`]} />
    </>
  );
}

function Effect({ effect }: { readonly effect: string }) {
  const known = effect in words.effects ? (effect as keyof typeof words.effects) : undefined;
  return known === undefined ? (
    <Seen>{effect}</Seen>
  ) : (
    <Tag meaning={EFFECT_MEANING[known]}>{words.effects[known]}</Tag>
  );
}
