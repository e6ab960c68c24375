import type { WhyAnswer } from '../../../src/control/policy-contract.ts';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { Tag } from '../looks/tag.tsx';
import textStyles from '../looks/text.module.css';
import { policyTexts } from '../words/policy-texts.ts';
import { EFFECT_MEANING } from './effect-meaning.ts';
import styles from './policy.module.css';

const words = policyTexts;

type One = WhyAnswer['items'][number];

/** How one request would be answered: the answer first, then the rule, then the rules that would almost have spoken. */
export function WhyOne({ answer: one }: { readonly answer: One }) {
  const { answer, request, refusal, decision, decidedBy, alsoMatch = [], undecided = [], nearest = [], facts } = one;
  const reason = typeof decision?.['reason'] === 'string' ? decision['reason'] : '';
  const advice = typeof decision?.['advice'] === 'string' ? decision['advice'] : '';
  return (
    <article className={sheets.card}>
      <header className={sheets.top}>
        <Tag meaning={EFFECT_MEANING[answer]}>{words.answers[answer]}</Tag>
        <code className={styles.request}>
          <Seen>{`${request.method} ${request.uri}`}</Seen>
        </code>
      </header>
      {request.note !== undefined && (
        <p className={textStyles.fine}>
          <Named>{request.note}</Named>
        </p>
      )}
      {refusal !== undefined && (
        <p>
          <Named>{`${words.beforeRules} ${refusal.message}. ${refusal.advice}`}</Named>
        </p>
      )}
      {reason !== '' && (
        <p className={styles.reason}>
          <Named>{reason}</Named>
        </p>
      )}
      {advice !== '' && (
        <p>
          <Named>{advice}</Named>
        </p>
      )}
      {decision !== undefined && (
        <p>
          {decidedBy === undefined ? (
            <Named>{decision.rule === '' ? words.bySilence : words.byGuard(decision.rule)}</Named>
          ) : (
            <>
              {words.byRule} <RuleName {...decidedBy} />
            </>
          )}
        </p>
      )}
      {facts !== undefined && facts.unknown.length > 0 && (
        <p>{words.hangsOn(facts.unknown.map(factWords).join(', '))}</p>
      )}
      <Section title={words.alsoMatch} rules={alsoMatch} />
      <Section
        title={words.undecided}
        rules={undecided.map((rule) => ({ ...rule, remarks: [words.needs(rule.missing.map(factWords).join(', '))] }))}
      />
      <Section
        title={words.nearest}
        rules={nearest.map((rule) => ({
          ...rule,
          remarks: rule.differences.map(({ field, rule: has, question }) => words.difference(field, has, question)),
        }))}
      />
    </article>
  );
}

interface Named1 {
  readonly id: string;
  readonly effect: keyof typeof words.effects;
  readonly source: { readonly file: string; readonly line: number };
  readonly remarks?: readonly string[];
}

function Section({ title, rules }: { readonly title: string; readonly rules: readonly Named1[] }) {
  if (rules.length === 0) return null;
  return (
    <section className={styles.near}>
      <h3>{title}</h3>
      <ul>
        {rules.map((rule) => (
          <li key={rule.id}>
            <RuleName {...rule} />
            {rule.remarks?.map((remark) => (
              <p key={remark} className={textStyles.fine}>
                <Named>{remark}</Named>
              </p>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function RuleName({ id, effect, source }: Named1) {
  return (
    <span className={styles.ruleName}>
      <Tag meaning={EFFECT_MEANING[effect]}>{words.effects[effect]}</Tag>{' '}
      <b>
        <Seen>{id}</Seen>
      </b>{' '}
      <span className={styles.place}>
        <Seen>{`${source.file}:${source.line}`}</Seen>
      </span>
    </span>
  );
}

function factWords(kind: string): string {
  return words.facts[kind] ?? kind;
}
