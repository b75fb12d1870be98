// The whole examination, in an order in which the first failure is the cause of what follows.
import { electionWanted, clusterWanted, SetupError } from '../../controller/cluster.js';
import type { Cluster } from '../../controller/cluster.js';
import type { Problem, Values } from '../../settings/read.js';
import { checkCluster, withoutCluster } from './cluster.js';
import { checkDiscovery } from './discovery.js';
import { checkGateways } from './gateways.js';
import { checkHistory } from './history.js';
import { checkMaterial, checkServers } from './material.js';
import { resultsOf } from './result.js';
import type { Tell } from './result.js';
import { checkRights, neededRights } from './rights.js';
import { checkSettings } from './settings.js';
import { checkSources } from './sources.js';
import { wantedOf } from './wanted.js';

export interface Examination {
  readonly values: Values;
  readonly problems: readonly Problem[];
  readonly env: NodeJS.ProcessEnv;
  readonly userAgent: string;
}

/**
 * Checks everything that `run` would meet with these settings, and tells each result at once. Nothing is changed anywhere: GETs, and
 * SelfSubjectAccessReviews, which the API server answers and keeps nowhere.
 */
export async function examine(examination: Examination, tell: Tell): Promise<void> {
  const { values, problems, env, userAgent } = examination;
  const settings = checkSettings(values, problems, env);
  tell(settings);
  if (settings.some(({ verdict }) => verdict === 'fail')) {
    tell([resultsOf('settings').skipped('the-rest', 'the settings must be right first')]);
    return;
  }
  const { results, material } = await checkMaterial(values, new Date());
  tell([...results, ...(await checkServers(values, new Date()))]);
  const cluster = clusterWanted(values, env) ? await openCluster(examination, tell) : undefined;
  try {
    if (cluster !== undefined)
      tell(await checkRights(cluster, neededRights(values, cluster, electionWanted(values, env))));
    const sources = await checkSources(values, env, cluster);
    tell(sources.results);
    const history = await checkHistory(values, cluster, sources.revision);
    tell(history.results);
    const discovery = await checkDiscovery(values, cluster);
    tell(discovery.results);
    const { skipped } = resultsOf('gateways');
    if (discovery.gateways.length === 0) tell([skipped('gateways', 'none is known')]);
    else if (material === undefined)
      tell([skipped('gateways', 'what the Admin API is to be shown must be right first')]);
    else {
      const wanted = sources.revision === undefined ? undefined : wantedOf(sources.revision);
      await checkGateways(
        discovery.gateways,
        { values, cluster, material, wanted, record: history.record, userAgent },
        tell,
      );
    }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    tell([resultsOf('settings').fail('settings', error.message)]);
  } finally {
    await cluster?.close();
  }
}

async function openCluster(
  { values, env, userAgent }: Examination,
  tell: Tell,
): Promise<Cluster | undefined> {
  const { results, cluster } = await checkCluster(values, env, userAgent);
  tell(results);
  if (cluster === undefined) tell([withoutCluster('rights')]);
  return cluster;
}
