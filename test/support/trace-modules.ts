/* Given to Node by `--import`: says on standard error each module that is loaded, by its URL. */
import { writeSync } from 'node:fs';
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, nextLoad) {
    writeSync(2, `${url}\n`);
    return nextLoad(url, context);
  },
});
