import { parseAllDocuments } from 'yaml';

/** The columns of the rules that are in force. */
export const RULE_COLUMNS = [
  'policy',
  'rule',
  'effect',
  'callers',
  'targets',
  'namespaces',
  'verbs',
  'apiGroups',
  'resources',
  'resourceNames',
  'powers',
  'more',
] as const;

type Values = Readonly<Record<string, unknown>>;

/** What each rule of a policy file says, as it is written there; what has no column of its own stands under `more`. */
export function policyRows(text: string): readonly (readonly string[])[] {
  return parseAllDocuments(text).flatMap((document) => {
    const { metadata, callers, targets, rules } = (document.toJS() ?? {}) as Values;
    const policy = String((metadata as Values | undefined)?.name ?? '');
    return (Array.isArray(rules) ? (rules as Values[]) : []).map((rule) =>
      ruleRow(policy, { callers, targets, ...rule }),
    );
  });
}

function ruleRow(policy: string, { id, effect, ...rule }: Values): readonly string[] {
  const own = RULE_COLUMNS.slice(3, -1).map((column) => said(rule[column]));
  const more = Object.fromEntries(
    Object.entries(rule).filter(([key]) => !(RULE_COLUMNS as readonly string[]).includes(key)),
  );
  return [
    policy,
    String(id ?? ''),
    String(effect ?? ''),
    ...own,
    Object.keys(more).length === 0 ? '' : JSON.stringify(more),
  ];
}

function said(value: unknown): string {
  if (value === undefined) return '';
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
    ? value.join(' ')
    : JSON.stringify(value);
}
