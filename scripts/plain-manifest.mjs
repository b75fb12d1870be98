// Writes deploy/silverback.yaml: what the chart makes of its defaults, for those who do without Helm. Builds Helm once.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programsOf } from '../test/e2e/support/programs.mjs';

const root = join(import.meta.dirname, '..');
const NAMESPACE = 'silverback';
const HEADER = `# Silverback for Kong gateways whose Admin API Service is kong/kong-admin: two replicas in namespace ${NAMESPACE}, with the
# configuration in ConfigMaps and Secrets of that namespace labelled silverback.dev/config=true. Adapt: the image; the Service
# in --kong-admin-svc, and the namespace kong wherever it is named; the ports in the NetworkPolicy. Anything else, mTLS to the
# Admin API above all, is easier with the chart this is made from: helm template silverback deploy/helm/silverback …
# Made by scripts/plain-manifest.mjs; not to be edited.
apiVersion: v1
kind: Namespace
metadata:
  name: ${NAMESPACE}
`;

/** What only means something to Helm. */
const HELMS_OWN =
  /^(# Source: .*| *helm\.sh\/chart: .*| *app\.kubernetes\.io\/managed-by: Helm| *annotations:\n *helm\.sh\/resource-policy: keep)\n/gm;

const { helm } = await programsOf('helm');
const rendered = execFileSync(
  helm,
  [
    'template',
    'silverback',
    join(root, 'deploy/helm/silverback'),
    `--namespace=${NAMESPACE}`,
    '--set=gateways.service=kong/kong-admin',
    '--skip-tests',
  ],
  { encoding: 'utf8' },
);
writeFileSync(join(root, 'deploy/silverback.yaml'), `${HEADER}${rendered.replace(HELMS_OWN, '')}`);
console.log('deploy/silverback.yaml is up to date');
