import { Document, type YAMLMap, type YAMLSeq } from 'yaml';
import { escapeControl } from '../escape-control.ts';

/** A policy that was made of something else. */
export interface MadePolicy {
  readonly name: string;
  readonly description: string;
  readonly target: string;
  readonly rules: readonly { readonly rule: unknown; readonly comment: string }[];
  readonly leftOut: readonly string[];
}

/** The policy document; what a reader should know of a rule stands above it. */
export function policyText({ name, description, target, rules, leftOut }: MadePolicy): string {
  const document = new Document(
    {
      apiVersion: 'sallyport.dev/v1',
      kind: 'Policy',
      metadata: { name, description },
      targets: [target],
      rules: rules.map(({ rule }) => rule),
    },
    { aliasDuplicateObjects: false },
  );
  const list = (document.contents as YAMLMap).get('rules') as YAMLSeq<YAMLMap>;
  rules.forEach(({ comment }, i) => {
    if (comment !== '') (list.items[i] as YAMLMap).commentBefore = ` ${comment}`;
  });
  if (leftOut.length > 0)
    document.commentBefore = [' Left out:', ...leftOut.map((text) => ` - ${escapeControl(text)}`)].join('\n');
  return document.toString({ lineWidth: 140 });
}
