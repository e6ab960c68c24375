import type { Page } from 'playwright-core';

/** Presses a button as often as is asked for, until the gateway has answered: a first press is forgotten after some seconds, and a machine may be slower. The status of that answer. */
export async function pressed(page: Page, name: RegExp, path: RegExp): Promise<number> {
  let status = 0;
  void page
    .waitForResponse((reply) => reply.request().method() === 'POST' && path.test(reply.url()))
    .then((reply) => {
      status = reply.status();
    });
  const button = page.getByRole('button', { name }).and(page.locator(':enabled'));
  while (status === 0)
    await button
      .first()
      .click({ timeout: 2_000 })
      .catch(() => {});
  return status;
}
