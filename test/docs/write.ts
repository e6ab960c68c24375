/* `npm run docs`: writes the reference pages that are made from the code. */
import { writeFileSync } from 'node:fs';
import { configurationPage } from './configuration.ts';

writeFileSync(new URL('../../docs/reference/configuration.md', import.meta.url), configurationPage());
