import { raceSuite } from '../support/race-suite.ts';

raceSuite('on the stand-in', async () => ({}));
