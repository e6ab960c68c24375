import { Document, isScalar, isSeq, visit } from 'yaml';
import { escapeControl } from '../escape-control.ts';
import type { Manifest } from './bootstrap-objects.ts';

/** The objects as a stream of YAML documents; what a reader should know stands above each. */
export function bootstrapText(head: readonly string[], manifests: readonly Manifest[]): string {
  const documents = manifests.map(
    ({ comment, object }) => `${lines(comment === '' ? [] : [comment])}${yamlText(object)}`,
  );
  return `${lines(head)}${documents.join('---\n')}`;
}

/** As YAML that version 1.1 reads alike, since kubectl and CloudFormation do; lists of words on one line. */
export function yamlText(value: object): string {
  const document = new Document(value, { version: '1.1', aliasDuplicateObjects: false });
  visit(document, {
    Seq(_, node) {
      if (isSeq(node) && node.items.every(isScalar)) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 160, directives: false });
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `# ${escapeControl(text)}\n`).join('');
}
