import type { Notifier } from './notifier.ts';
import { postJson } from './post-json.ts';

/**
 * A card in a channel of Microsoft Teams, by the address of a workflow, which is the secret. A card cannot be changed later: each notice is one.
 *
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */
export function teams({ url }: { readonly url: () => string }): Notifier {
  return {
    async send({ title, facts }, { signal, link }) {
      const content = {
        type: 'AdaptiveCard',
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        version: '1.4',
        body: [title, ...facts].map((text, at) => ({
          type: 'TextBlock',
          text: plainly(text),
          wrap: true,
          ...(at === 0 ? { weight: 'Bolder' } : {}),
        })),
        ...(link === '' ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'look at it', url: link }] }),
      };
      const card = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
      await postJson(url().trim(), JSON.stringify({ type: 'message', attachments: [card] }), {}, signal);
      return undefined;
    },
  };
}

/** Security: whoever names an object cannot put a link into the card, whose text is Markdown. */
function plainly(text: string): string {
  return text.replaceAll(/[\\[\]*_]/g, '\\$&');
}
