/* `npm run docs`: writes the reference pages that are made from the code. */
import { writeFileSync } from 'node:fs';
import { chartValuesSchema } from './chart-values.ts';
import { cliPage } from './cli.ts';
import { clientsPage } from './clients.ts';
import { configurationPage } from './configuration.ts';
import { detectorsPage } from './detectors.ts';
import { guardsPage } from './guards.ts';
import { configurationJsonSchema, policyJsonSchema } from './json-schema.ts';
import { limitsPage } from './limits.ts';
import { masksPage } from './masks.ts';
import { metricsPage } from './metrics.ts';
import { policyPage } from './policy.ts';
import { policyCliPage } from './policy-cli.ts';
import { policyTestingPage } from './policy-testing.ts';
import { refusalsPage } from './refusals.ts';

const PAGES = {
  'cli.md': cliPage,
  'clients.md': clientsPage,
  'configuration.md': configurationPage,
  'configuration.schema.json': configurationJsonSchema,
  'detectors.md': detectorsPage,
  'masks.md': masksPage,
  'guards.md': guardsPage,
  'limits.md': limitsPage,
  'metrics.md': metricsPage,
  'policy.md': policyPage,
  'policy-cli.md': policyCliPage,
  'policy-testing.md': policyTestingPage,
  'policy.schema.json': policyJsonSchema,
  'refusals.md': refusalsPage,
};

writeFileSync(new URL('../../deploy/chart/values.schema.json', import.meta.url), chartValuesSchema());
for (const [name, page] of Object.entries(PAGES)) {
  writeFileSync(new URL(`../../docs/reference/${name}`, import.meta.url), await page());
}
