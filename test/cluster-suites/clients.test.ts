// The table: what a client prints, how it exits and what it leaves in the cluster are the same through the gateway as directly, failures
// included.

import { table } from '../clients/table.ts';
import { tableSuite } from '../clients/table-suite.ts';
import { sharedCluster } from '../support/test-cluster.ts';

const cluster = await sharedCluster('real clients through the gateway to real pods');

if (cluster !== undefined)
  tableSuite(cluster, { title: 'a client through the gateway sees what it sees directly', parts: table, letter: '' });
