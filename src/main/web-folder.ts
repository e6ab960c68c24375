import { fileURLToPath } from 'node:url';

/** Where the console's pages are once they are built: in the package and in a clone alike, since `src` and `dist` lie beside each other. */
export const WEB_FOLDER = fileURLToPath(new URL('../../dist/web', import.meta.url));
