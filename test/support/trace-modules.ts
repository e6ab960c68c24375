/* Given to Node by `--import`: adds the URL of each module that is loaded to the file that `LOADED_MODULES` names. A pipe could be full, a file never is. */
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, nextLoad) {
    appendFileSync(process.env.LOADED_MODULES ?? '', `${url}\n`);
    return nextLoad(url, context);
  },
});
