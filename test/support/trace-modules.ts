/*
 * Given to Node by `--import`: adds the URL of each module that is loaded, by any thread, to the file that `LOADED_MODULES` names. A pipe could be full, a file never is.
 */
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

// Threads are started without the environment of their process.
if (isMainThread) setEnvironmentData('loaded modules', process.env.LOADED_MODULES ?? '');
const file = String(getEnvironmentData('loaded modules'));

registerHooks({
  load(url, context, nextLoad) {
    appendFileSync(file, `${url}\n`);
    return nextLoad(url, context);
  },
});
