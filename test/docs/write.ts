/* `npm run docs`: writes the reference pages that are made from the code. */
import { writeFileSync } from 'node:fs';
import { configurationPage } from './configuration.ts';
import { limitsPage } from './limits.ts';
import { refusalsPage } from './refusals.ts';

const PAGES = { 'configuration.md': configurationPage, 'limits.md': limitsPage, 'refusals.md': refusalsPage };

for (const [name, page] of Object.entries(PAGES)) {
  writeFileSync(new URL(`../../docs/reference/${name}`, import.meta.url), page());
}
