/**
 * Node's `http`, as it is. An `import` of it looks at each of its names, among them those of WebSocket, for which Node loads the whole of its own fetch: as long
 * again as an empty process takes to start, and 16 MB. `node:https` and `node:http2` have no such names.
 *
 * Source: findings/node-http-import-loads-fetch.sh
 */
export const http = process.getBuiltinModule('node:http');
