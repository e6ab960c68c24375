import { Link } from '@tanstack/react-router';
import type { Tried } from '../../../src/control/policy-contract.ts';
import { Command } from '../looks/command.tsx';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import { Tag } from '../looks/tag.tsx';
import text from '../looks/text.module.css';
import { policyTexts } from '../words/policy-texts.ts';
import styles from './policy.module.css';

const words = policyTexts;

/** What a proposal comes to: mistakes first, then who gains and loses, the tests, the traffic, and the patch. */
export function TriedOut({ tried: { findings, changes, tests, simulation, patch } }: { readonly tried: Tried }) {
  return (
    <div className={styles.tried}>
      <Checked findings={findings} />
      {changes !== undefined && (
        <section>
          <h2>{words.changes}</h2>
          <Document>{changes.join('\n')}</Document>
        </section>
      )}
      {changes !== undefined && <Tested tests={tests} />}
      {simulation !== undefined && <Simulated simulation={simulation} />}
      {patch !== '' && (
        <section>
          <h2>{words.patch}</h2>
          <p className={text.fine}>
            <Named>{words.patchHint}</Named>
          </p>
          <Command line={`git apply <<'PATCH'\n${patch}PATCH`} />
        </section>
      )}
    </div>
  );
}

function Checked({ findings }: Pick<Tried, 'findings'>) {
  const errors = findings.filter(({ severity }) => severity === 'error');
  return (
    <section>
      <h2>
        {words.check}{' '}
        <Tag meaning={errors.length > 0 ? 'no' : findings.length > 0 ? 'ask' : 'ok'}>
          {words.found(errors.length, findings.length - errors.length)}
        </Tag>
      </h2>
      <ul className={styles.lines}>
        {findings.map(({ file, line, column, message, fix }) => (
          <li key={`${file}:${line}:${column}:${message}`}>
            <code>
              <Seen>{`${file}:${line}:${column}`}</Seen>
            </code>{' '}
            <Named>{fix === '' ? message : `${message}; ${fix}`}</Named>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Tested({ tests }: { readonly tests: Tried['tests'] }) {
  return (
    <section>
      <h2>
        {words.tests}{' '}
        {tests !== undefined && (
          <Tag meaning={tests.every(({ isPassed }) => isPassed) ? 'ok' : 'no'}>
            {words.passed(tests.filter(({ isPassed }) => isPassed).length, tests.length)}
          </Tag>
        )}
      </h2>
      {tests === undefined && (
        <p className={text.fine}>
          <Named>{words.noTests}</Named>
        </p>
      )}
      <ul className={styles.lines}>
        {tests
          ?.filter(({ isPassed }) => !isPassed)
          .map(({ file, line, name, expected, got }) => (
            <li key={`${file}:${line}:${name}`}>
              <code>
                <Seen>{`${file}:${line}`}</Seen>
              </code>{' '}
              <Seen>{words.testFailed(name, expected, got)}</Seen>
            </li>
          ))}
      </ul>
    </section>
  );
}

function Simulated({ simulation }: { readonly simulation: NonNullable<Tried['simulation']> }) {
  const { exchanges, differ, mayDiffer, notAsRecorded, notReadAgain } = simulation;
  const times = (list: typeof differ) => list.reduce((sum, each) => sum + each.times, 0);
  return (
    <section>
      <h2>
        {words.simulation}{' '}
        <Tag meaning={differ.length === 0 ? 'ok' : 'ask'}>{words.wouldDiffer(times(differ), exchanges)}</Tag>
      </h2>
      <ul className={styles.lines}>
        {[...differ, ...mayDiffer].map((each) => (
          <li key={JSON.stringify([each.caller, each.target, each.operation, each.before, each.after, each.needs])}>
            <b>
              <Seen>{each.caller}</Seen>
            </b>{' '}
            <code>
              <Seen>{each.operation}</Seen>
            </code>{' '}
            <Seen>{words.fromTo(each.before.effect, each.after.effect, each.times)}</Seen>{' '}
            {each.needs.length > 0 && <Seen>{words.hangsOn(each.needs.join(', '))}</Seen>}{' '}
            <Link to="/exchanges/$id" params={{ id: each.last }}>
              {words.look}
            </Link>
          </li>
        ))}
      </ul>
      {notReadAgain > 0 && <p className={text.fine}>{words.notReadAgain(notReadAgain)}</p>}
      {notAsRecorded > 0 && <p className={text.fine}>{words.notAsRecorded(notAsRecorded)}</p>}
    </section>
  );
}

function Document({ children }: { readonly children: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <pre className={text.document} tabIndex={0}>
      <Seen>{children}</Seen>
    </pre>
  );
}
