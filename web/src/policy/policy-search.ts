/** The parts of the page, in the order in which they are offered. */
export const POLICY_VIEWS = ['rules', 'why', 'who-can', 'observed', 'propose'] as const;

export type PolicyView = (typeof POLICY_VIEWS)[number];

/** What the address of the page may say. */
export interface PolicySearch {
  readonly view?: PolicyView;
  /** Of `rules`: words that are looked for. */
  readonly q?: string;
  /** Of `why`: whose request, on which target, and which. */
  readonly as?: string;
  readonly groups?: string;
  readonly target?: string;
  readonly command?: string;
}

const TEXTS = ['q', 'as', 'groups', 'target', 'command'] as const;

/** What of an address is meant; the rest is dropped. */
export function policySearch(search: Record<string, unknown>): PolicySearch {
  const view = POLICY_VIEWS.find((each) => each === search.view);
  const said = TEXTS.flatMap((key) => {
    const value = search[key];
    return typeof value === 'string' && value !== '' ? [[key, value.slice(0, 4_096)]] : [];
  });
  return { ...(view === undefined || view === 'rules' ? {} : { view }), ...Object.fromEntries(said) };
}
