/** What a file of src imports that the import table does not allow. */
import path from 'node:path';
import { importTable, impureWords, pureFolders } from './import-table.ts';
import { codeOf, specifiersOf } from './scan.ts';
import { isTest, type SourceFile } from './tree.ts';

/** The one file that loads modules which somebody's configuration names. */
const namesModules: ReadonlySet<string> = new Set(['src/main/notifiers.ts']);

/** One sentence for each import, or impure word, that its folder may not have; a unit test may import what it likes of src. */
export function forbiddenImports(file: SourceFile): readonly string[] {
  const folder = file.path.split('/')[1] ?? '';
  const allowed = importTable[folder];
  if (allowed === undefined) return [`${file.path}: src/${folder} is not in the import table`];
  const complaints = specifiersOf(file.text).flatMap((specifier) => {
    if (specifier === undefined) return namesModules.has(file.path) ? [] : [`imports a module whose name is computed`];
    if (specifier.startsWith('.')) return relativeComplaints(file, folder, allowed, specifier);
    return isTest(file.path) ? [] : packageComplaints(folder, specifier);
  });
  const impure =
    !(folder in pureFolders) || isTest(file.path) ? [] : impureWords.filter((word) => word.test(codeOf(file.text)));
  return [...complaints, ...impure.map((word) => `${word.source} in a pure folder`)].map(
    (text) => `${file.path}: ${text}`,
  );
}

function relativeComplaints(
  file: SourceFile,
  folder: string,
  allowed: readonly string[] | 'everything',
  specifier: string,
): readonly string[] {
  const target = path.posix.join(path.posix.dirname(file.path), specifier);
  if (isTest(file.path) && /^(src|test)\//.test(target)) return [];
  if (!target.startsWith('src/')) return [`imports ${target}, which is outside src`];
  const inSrc = target.slice('src/'.length);
  const targetFolder = inSrc.split('/')[0] ?? '';
  if (targetFolder === folder)
    return siblingConnector(file.path, target) ? [`imports another connector, ${target}`] : [];
  if (allowed === 'everything' || allowed.includes(targetFolder) || allowed.includes(inSrc)) return [];
  return [`imports ${target}; ${folder} may import ${allowed.join(', ') || 'nothing'}`];
}

function siblingConnector(from: string, to: string): boolean {
  const connector = (name: string) => /^src\/connectors\/([^/]+)\//.exec(name)?.[1];
  const [own, other] = [connector(from), connector(to)];
  return other !== undefined && own !== other;
}

function packageComplaints(folder: string, specifier: string): readonly string[] {
  const named = pureFolders[folder];
  if (named === undefined) return [];
  const isNamed = named.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  return isNamed
    ? []
    : [`imports ${specifier}; the pure folder ${folder} may import ${named.join(', ') || 'no package'}`];
}
