/*
 * The page behind a suggestion's link: what a caller could ask for, in words that a person reads before anything is done. It says what its link says, and
 * knows nothing else: it needs no token, shows nothing of the gateway, does nothing, and runs nothing. A person who wants the same is led to the console's form.
 */
import { grantAskSchema } from './contract.ts';

/** Limit: the longest link, in characters. */
const LINK_CHARACTERS_MAX = 8_192;

/** The page of a link; undefined where the link holds no question. Security: every word of it is the link's, and is written as text. */
export function askPage(query: URLSearchParams): string | undefined {
  const link = query.get('grant') ?? '';
  const asked = questionIn(link);
  if (asked === undefined) return undefined;
  const rows = asked.scopes.map((scope) => {
    const { target, verbs, apiGroups, resources, resourceNames, namespaces, rule } = scope;
    return [
      ['target', target],
      ['may', `${verbs.join(', ')} ${resources.join(', ')}${apiGroups[0] === '' ? '' : ` of ${apiGroups.join(', ')}`}`],
      ['named', resourceNames.length === 0 ? 'whatever the rule reaches' : resourceNames.join(', ')],
      ['in', namespaces.length === 0 ? 'no one namespace' : `namespace ${namespaces.join(', ')}`],
      ['by rule', rule ?? 'the first that offers it'],
    ];
  });
  const tables = rows.map(
    (pairs) =>
      `<table>${pairs.map(([key, value]) => `<tr><th align="left">${text(key as string)}<td>${text(value as string)}`).join('')}</table>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>A grant that can be asked for</title>
<h1>A grant that can be asked for</h1>
<p>A program was refused by this gateway, and was told that this would allow what it asked for${asked.for === undefined ? '' : `, for ${text(asked.for)}`}:</p>
${tables.join('\n')}
<p>This page only says what its link says, and asks for nothing. The program asks for it itself, under its own name, and is bound by the rule and by the gateway’s guards:</p>
<pre>sallyport grants request --body ${text(`'${JSON.stringify(asked).replaceAll("'", `'\\''`)}'`)}</pre>
<p>Who needs it too <a href="grants/ask?grant=${text(link)}">asks in the console</a>, signed in, under their own name.</p>
<p>An operator sees what is granted with <code>sallyport grants list --all</code>, and ends it with <code>sallyport grants revoke ID</code>.</p>
`;
}

function questionIn(link: string) {
  if (link.length > LINK_CHARACTERS_MAX) return undefined;
  try {
    return grantAskSchema.safeParse(JSON.parse(Buffer.from(link, 'base64url').toString())).data;
  } catch {
    return undefined;
  }
}

function text(words: string): string {
  return words.replaceAll(/[^\w .,:;/@-]/gu, (char) => `&#${char.codePointAt(0)};`);
}
