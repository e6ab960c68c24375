import type { Approver } from './hold-terms.ts';

/** Who may answer, in words. */
export function approverWords(approver: Approver): string {
  if ('namespaceLabel' in approver) return `the team that the label \`${approver.namespaceLabel}\` names`;
  const { subjects, groups, times } = approver;
  if (groups?.length === 0) return 'a team that no label names';
  const named = [
    ...(subjects === undefined ? [] : [subjects.map((name) => `\`${name}\``).join(' or ')]),
    ...(times === undefined ? [] : ['while on shift']),
    ...(groups === undefined ? [] : [`the group ${groups.map((name) => `\`${name}\``).join(' or ')}`]),
  ];
  return named.join(', in ');
}
