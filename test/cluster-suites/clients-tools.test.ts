// The table of tools that bring objects to a wanted state.

import { toolsTable } from '../clients/table.ts';
import { tableSuite } from '../clients/table-suite.ts';
import { sharedCluster } from '../support/test-cluster.ts';

const cluster = await sharedCluster('what brings objects to a wanted state, through the gateway');

if (cluster !== undefined)
  tableSuite(cluster, {
    title: 'a tool through the gateway does what it does directly',
    parts: toolsTable,
    letter: 't',
  });
