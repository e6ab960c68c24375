import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { PolicyView, RuleView } from '../../../src/control/policy-contract.ts';
import { policyQuery } from '../api/policy-queries.ts';
import { SameByCommand } from '../looks/command.tsx';
import { Ago, Instant } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { Failed, Nothing, Reading } from '../looks/state-of-page.tsx';
import { Tag } from '../looks/tag.tsx';
import textStyles from '../looks/text.module.css';
import { policyTexts } from '../words/policy-texts.ts';
import { EFFECT_MEANING } from './effect-meaning.ts';
import styles from './policy.module.css';
import { ruleWords } from './rule-words.ts';

const words = policyTexts;

/** The rules of every file with their use, the ones that nobody used marked. */
export function Rules() {
  const policy = useQuery(policyQuery);
  if (policy.isPending) return <Reading />;
  if (policy.data === undefined) return <Failed error={policy.error} again={() => void policy.refetch()} />;
  return <RuleList policy={policy.data} />;
}

function RuleList({ policy: { items, files, findings, since, isWhole } }: { readonly policy: PolicyView }) {
  const { q = '' } = useSearch({ from: '/policy' });
  const navigate = useNavigate();
  const shown = items.filter((rule) => ruleWords(rule).includes(q.toLowerCase()));
  const unused = items.filter(({ uses }) => uses === 0).length;
  return (
    <>
      {findings.length > 0 && (
        <div className={`${sheets.notice} ${styles.wrong}`} data-meaning="no" role="alert">
          <h2>{words.refusedFiles}</h2>
          {findings.map((finding) => (
            <p key={finding}>
              <Named>{finding}</Named>
            </p>
          ))}
        </div>
      )}
      <div className={styles.bar}>
        <label className={styles.filter}>
          <span className="unseen">{words.filter}</span>
          <input
            type="search"
            className="entry"
            value={q}
            placeholder={words.filter}
            maxLength={200}
            onChange={({ target }) =>
              void navigate({ to: '/policy', search: target.value === '' ? {} : { q: target.value }, replace: true })
            }
          />
        </label>
        <p className={textStyles.fine}>
          {words.counted(items.length, unused)} <span>{words.since}</span> <Instant at={since} />
          {isWhole ? '' : ` ${words.notWhole}`}
        </p>
      </div>
      {items.length === 0 && (
        <Nothing icon="policy" title={words.emptyTitle}>
          <p>
            <Named>{words.emptyText}</Named>
          </p>
        </Nothing>
      )}
      {items.length > 0 && shown.length === 0 && <Nothing icon="search" title={words.noMatch} />}
      {files.map((file) => (
        <FileRules key={file} file={file} rules={shown.filter((rule) => rule.file === file)} />
      ))}
      <SameByCommand
        lines={['sallyport policy check --config sallyport.yaml', 'sallyport sessions list --since 30d']}
      />
    </>
  );
}

function FileRules({ file, rules }: { readonly file: string; readonly rules: readonly RuleView[] }) {
  if (rules.length === 0) return null;
  return (
    <section className={styles.file}>
      <h2>
        <code>
          <Seen>{file}</Seen>
        </code>
      </h2>
      <ul className={sheets.rows}>
        {rules.map((rule) => (
          <Rule key={rule.id} rule={rule} />
        ))}
      </ul>
    </section>
  );
}

function Rule({ rule }: { readonly rule: RuleView }) {
  const { id, effect, isObserved, file, line, reason, uses, lastAt, conditions, gives } = rule;
  return (
    <li className={styles.rule}>
      <div className={styles.ruleHead}>
        <Tag meaning={EFFECT_MEANING[effect]}>{words.effects[effect]}</Tag>
        <h3>
          <Seen>{id}</Seen>
        </h3>
        {isObserved && <Tag meaning="live">{words.observedOnly}</Tag>}
        <span className={`${textStyles.fine} ${styles.uses}`}>
          {uses === 0 ? (
            <Tag meaning="over">{words.neverUsed}</Tag>
          ) : (
            <Link to="/sessions" search={{ rule: id }}>
              {words.uses(uses)}
            </Link>
          )}
          {lastAt !== undefined && (
            <>
              {' · '}
              <Ago at={lastAt} />
            </>
          )}
        </span>
      </div>
      <p className={styles.speaks}>
        <Seen>{speaks(rule)}</Seen>
      </p>
      {[...conditions, ...gives].map((text) => (
        <p key={text} className={textStyles.fine}>
          <code>
            <Seen>{text}</Seen>
          </code>
        </p>
      ))}
      {reason !== '' && (
        <p className={textStyles.fine}>
          {words.tells} <Seen>{`“${reason}”`}</Seen>
        </p>
      )}
      <p className={styles.place}>
        <Seen>{`${file}:${line}`}</Seen>
      </p>
    </li>
  );
}

/** Who, what and where, in a line. */
function speaks({
  callers,
  verbs,
  apiGroups,
  resources,
  resourceNames,
  nonResourceURLs,
  namespaces,
  targets,
}: RuleView) {
  const groups = apiGroups.filter((group) => group !== '');
  const what = [...resources, ...nonResourceURLs].join(', ');
  return [
    `${callers.join(' or ')}:`,
    `${verbs.join(', ')} ${what}`,
    ...(groups.length === 0 ? [] : [words.ofGroups(groups.join(', '))]),
    ...(resourceNames.length === 0 ? [] : [words.named(resourceNames.join(', '))]),
    ...(namespaces === undefined ? [] : [words.inNamespaces(namespaces.join(', '))]),
    words.onTargets(targets.join(', ')),
  ].join(' ');
}
