import { findingAt, type Located } from '../../config/finding.ts';
import { parseYaml } from '../../config/parse-yaml.ts';
import type { PolicyFile } from '../../config/policy-load.ts';
import type { PolicyDocument } from '../../config/policy-schema.ts';

/** As it is written: a document of roles, masks, notices, budgets or retention alone has no `rules`. */
type Written = Pick<PolicyDocument, 'metadata'> & Partial<Pick<PolicyDocument, 'rules'>>;

/** Where a key of a rule stands, counted from 1; a key that only the policy has stands there. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
}

/** Finds the keys of rules, by their ids, in files that have been loaded without a mistake. */
export function ruleLocator(files: readonly PolicyFile[]): (id: string, field: string) => Place {
  const places = new Map<string, { located: Located; index: number; document: Written; rule: object }>();
  for (const file of files) {
    for (const located of parseYaml(file.path, file.text)) {
      if ('findings' in located || located.document.contents === null) continue;
      const document = located.document.toJS() as Written;
      document.rules?.forEach((rule, index) => {
        places.set(`${document.metadata.name}/${rule.id ?? index + 1}`, { located, index, document, rule });
      });
    }
  }
  return (id, field) => {
    const place = places.get(id);
    if (place === undefined) throw new Error(`no rule ${id} in these files`);
    const { located, index, document, rule } = place;
    const ofRule = ['rules', index];
    const isOwn = field !== '' && Object.hasOwn(rule, field);
    const isShared = field !== '' && !isOwn && Object.hasOwn(document, field);
    const { file, line, column, path } = findingAt(
      located,
      isOwn ? [...ofRule, field] : isShared ? [field] : ofRule,
      '',
    );
    return { file, line, column, path };
  };
}
