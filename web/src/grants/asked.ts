/*
 * The form in which a grant is asked for: what a refusal's link fills in, what is wrong with what stands there, and the body that is sent. Pure; the gateway
 * checks all of it again.
 */
import type { GrantAskBody } from '../../../src/control/contract.ts';
import { lengthMs } from '../words/duration.ts';
import { texts } from '../words/texts.ts';

/** The fields as they are typed. */
export interface AskForm {
  readonly target: string;
  readonly rule: string;
  readonly verbs: string;
  readonly resources: string;
  readonly apiGroups: string;
  readonly names: string;
  readonly namespaces: string;
  readonly length: string;
  readonly uses: string;
  readonly reason: string;
}

export const EMPTY_FORM: AskForm = {
  target: '',
  rule: '',
  verbs: '',
  resources: '',
  apiGroups: '',
  names: '',
  namespaces: '',
  length: '',
  uses: '',
  reason: '',
};

/** The form that a refusal's link fills; undefined where the link holds no question with one scope. Every word of it is the link's. */
export function formOf(link: string): AskForm | undefined {
  try {
    const bytes = Uint8Array.from(atob(link.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
    const { scopes, for: length = '', reason = '' } = JSON.parse(new TextDecoder().decode(bytes)) as GrantAskBody;
    const [scope, ...others] = scopes;
    if (scope === undefined || others.length > 0) return undefined;
    const { target, rule = '', verbs, resources, apiGroups = [''], resourceNames = [], namespaces = [] } = scope;
    const form = {
      target,
      rule,
      verbs: verbs.join(' '),
      resources: resources.join(' '),
      apiGroups: apiGroups.join(' '),
      names: resourceNames.join(' '),
      namespaces: namespaces.join(' '),
      length,
      uses: '',
      reason,
    };
    return Object.values(form).every((value) => typeof value === 'string') ? form : undefined;
  } catch {
    return undefined;
  }
}

/** A link that fills the form. */
export function linkOf(body: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** What is wrong, by field. */
export function mistakesOf({
  target,
  verbs,
  resources,
  length,
  uses,
}: AskForm): Partial<Record<keyof AskForm, string>> {
  const needed = Object.entries({ target, verbs, resources }).filter(([, value]) => value.trim() === '');
  return {
    ...Object.fromEntries(needed.map(([field]) => [field, texts.ask.missing])),
    ...(length.trim() === '' || lengthMs(length.trim()) !== undefined ? {} : { length: texts.ask.badLength }),
    ...(uses.trim() === '' || /^[1-9]\d{0,6}$/.test(uses.trim()) ? {} : { uses: texts.ask.badUses }),
  };
}

/** The body of `POST /grants`. */
export function bodyOf(form: AskForm): unknown {
  const [length, uses, rule] = [form.length.trim(), form.uses.trim(), form.rule.trim()];
  const apiGroups = wordsOf(form.apiGroups);
  return {
    scopes: [
      {
        target: form.target.trim(),
        ...(rule === '' ? {} : { rule }),
        verbs: wordsOf(form.verbs),
        apiGroups: apiGroups.length === 0 ? [''] : apiGroups,
        resources: wordsOf(form.resources),
        resourceNames: wordsOf(form.names),
        namespaces: wordsOf(form.namespaces),
      },
    ],
    ...(length === '' ? {} : { for: length }),
    ...(uses === '' ? {} : { uses: Number(uses) }),
    reason: form.reason.trim(),
  };
}

function wordsOf(field: string): readonly string[] {
  return field.split(/[\s,]+/).filter((word) => word !== '');
}
