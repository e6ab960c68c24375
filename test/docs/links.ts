/** What a page of documentation points to. */
import { existsSync } from 'node:fs';
import path from 'node:path';

/** The relative links of a Markdown text that lead to no file; `exists` takes a path from the project's root. */
export function brokenLinks(page: string, text: string, exists: (path: string) => boolean): readonly string[] {
  const prose = text.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]:\s*(\S+)/gm)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  return targets
    .filter((target) => !/^([a-z]+:|#)/.test(target))
    .filter((target) => !exists(path.posix.join(path.posix.dirname(page), target.split('#')[0] ?? '')))
    .map((target) => `${page}: ${target}`);
}

/** The npm scripts that a Markdown text tells the reader to run. */
export function npmScripts(text: string): readonly string[] {
  const named = [...text.matchAll(/\bnpm (?:run (?:--silent )?([a-z][\w:-]*)|(test|start)\b)/g)];
  return [...new Set(named.map((match) => match[1] ?? match[2] ?? ''))];
}

export function existsIn(root: string): (name: string) => boolean {
  return (name) => existsSync(path.join(root, name));
}
