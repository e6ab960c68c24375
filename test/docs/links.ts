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

/** The links of a Markdown text to a heading that is not there; `anchors` gives those of a page by its path from the project's root, and undefined of what is none. */
export function brokenAnchors(
  page: string,
  text: string,
  anchors: (path: string) => ReadonlySet<string> | undefined,
): readonly string[] {
  const prose = text.replaceAll(/```[\s\S]*?```/g, '');
  return [...prose.matchAll(/\]\(([^)\s#]*)#([^)\s]+)\)/g)].flatMap(([, file = '', anchor = '']) => {
    if (/^[a-z]+:/.test(file)) return [];
    const known = anchors(file === '' ? page : path.posix.join(path.posix.dirname(page), file));
    return known === undefined || known.has(anchor) ? [] : [`${page}: ${file}#${anchor}`];
  });
}

/** The anchors that GitHub gives the headings of a Markdown text. */
export function anchorsIn(text: string): ReadonlySet<string> {
  const times = new Map<string, number>();
  const prose = text.replaceAll(/```[\s\S]*?```/g, '');
  const anchors = [...prose.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) => {
    const words = heading.trim().replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = words
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-');
    const before = times.get(slug) ?? 0;
    times.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  return new Set(anchors);
}

/** The npm scripts that a Markdown text tells the reader to run. */
export function npmScripts(text: string): readonly string[] {
  const named = [...text.matchAll(/\bnpm (?:run (?:--silent )?([a-z][\w:-]*)|(test|start)\b)/g)];
  return [...new Set(named.map((match) => match[1] ?? match[2] ?? ''))];
}

export function existsIn(root: string): (name: string) => boolean {
  return (name) => existsSync(path.join(root, name));
}
