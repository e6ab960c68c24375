/** The styles of the pages against what uses them: a class that is named and nowhere drawn looks like nothing, and one that nobody names is left over. */
import path from 'node:path';
import type { SourceFile } from './tree.ts';

/** Each class that a page names and its module does not have, and each that a module has and no page names. */
export function styleBreaches(files: readonly SourceFile[]): readonly string[] {
  const modules = new Map(
    files.filter((file) => file.path.endsWith('.module.css')).map((file) => [file.path, classesOf(file.text)]),
  );
  const used = new Map<string, Set<string>>([...modules.keys()].map((name) => [name, new Set()]));
  const unknown: string[] = [];
  for (const file of files.filter(({ path: name }) => /\.tsx?$/.test(name)))
    for (const [, name = '', from = ''] of file.text.matchAll(/import (\w+) from '(\.[^']*\.module\.css)'/g)) {
      const module = path.posix.join(path.posix.dirname(file.path), from);
      for (const [, cls = ''] of file.text.matchAll(new RegExp(`(?<![\\w.'/-])${name}\\.(\\w+)\\b(?!\\.css)`, 'g'))) {
        used.get(module)?.add(cls);
        if (modules.get(module)?.has(cls) !== true) unknown.push(`${file.path}: ${module} has no class ${cls}`);
      }
    }
  const left = [...modules].flatMap(([name, classes]) =>
    [...classes].filter((cls) => used.get(name)?.has(cls) !== true).map((cls) => `${name}: nobody names ${cls}`),
  );
  return [...unknown, ...left];
}

function classesOf(css: string): ReadonlySet<string> {
  const selectors = css.replace(/\/\*[\s\S]*?\*\//g, '').replace(/:global\([^)]*\)/g, '');
  return new Set([...selectors.matchAll(/\.([a-zA-Z][\w-]*)(?=[^{}]*\{)/g)].map(([, cls = '']) => cls));
}
