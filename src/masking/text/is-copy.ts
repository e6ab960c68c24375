/**
 * Whether a command is one of those by which `kubectl cp` moves files, so that its output is an archive and not a text: `tar cf - …`, the same behind `tail`
 * when it tries again, `tar … -xmf - …` and `test -d …`.
 *
 * Source: https://github.com/kubernetes/kubectl/blob/v0.35.4/pkg/cmd/cp/cp.go
 */
export function isCopy(argv: readonly string[]): boolean {
  const [program, ...rest] = argv;
  if (program === 'tar')
    return rest.some((word, index) => /^-?[a-z]*[cx][a-z]*f$/.test(word) && rest[index + 1] === '-');
  if (program === 'sh')
    return rest.length === 2 && rest[0] === '-c' && /^tar cf - .* \| tail -c\+\d+$/s.test(rest[1] as string);
  return program === 'test' && rest.length === 2 && rest[0] === '-d';
}
