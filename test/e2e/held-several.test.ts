import { heldSeveralSuite } from '../support/held-several-suite.ts';

heldSeveralSuite('on the stand-in', async () => ({}));
