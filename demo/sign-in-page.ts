/*
 * The page on which the demo's provider asks who signs in: its persons, one button each. It asks for no password, since it stands on loopback and knows nobody
 * real; all else is as with any provider.
 */

/** A person whom the provider knows. */
export interface DemoPerson {
  readonly subject: string;
  readonly groups: readonly string[];
  /** What they are there for, in a few words. */
  readonly about?: string;
}

/** The page; `action` is where the chosen person is posted to. */
export function signInPage(persons: readonly DemoPerson[], action: string): string {
  const buttons = persons.map(
    ({ subject, groups, about = '' }) =>
      `<p><button name="subject" value="${text(subject)}">${text(subject)}</button> ${text(about)} <small>${text(groups.join(', '))}</small></p>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The demo’s identity provider</title>
<h1>Who are you?</h1>
<p>This is the demo’s own identity provider, on your machine alone. In production it is yours: Entra ID, Okta, Keycloak, Dex.</p>
<form method="post" action="${text(action)}">
${buttons.join('\n')}
</form>
</html>
`;
}

function text(words: string): string {
  return words.replaceAll(/[^\w .,:/@-]/gu, (char) => `&#${char.codePointAt(0)};`);
}
