/**
 * Every setting of `silverback run`, in one table: it drives the flags, the environment, the defaults, the help,
 * the parsing and docs/settings.md. A setting that means what one of Kong's Ingress Controller means carries
 * that one's name.
 */

export type SettingKind =
  /** Any text. */
  | 'text'
  /** `true`, `false`, `1`, `0`, `yes`, `no`, `on`, `off`; a bare flag means true. */
  | 'switch'
  /** A whole number. */
  | 'count'
  /** Seconds, fractions allowed. */
  | 'seconds'
  /** Go's notation: `300ms`, `1.5s`, `2m`, `1h30m`. */
  | 'duration'
  /** Texts given one by one, or in one value with a separator between them. */
  | 'list'
  /** `host:port` or `:port`; `off` for none. */
  | 'address';

export interface SettingDefinition {
  readonly kind: SettingKind;
  /** As the user would write it; `undefined`: not set. */
  readonly default?: string;
  /** One of these words, where only some are allowed. */
  readonly choices?: readonly string[];
  /** Between the texts of a list; a comma unless given. */
  readonly separator?: '\n';
  /** Bounds: of a count as it is, of seconds and durations in milliseconds. */
  readonly min?: number;
  readonly max?: number;
  /** Printed as `***`. */
  readonly secret?: boolean;
  readonly group:
    'Gateways' | 'Admin API' | 'Configuration' | 'Rollout' | 'History' | 'Leader election' | 'Operation';
  readonly help: string;
}

const define = <const T extends Record<string, SettingDefinition>>(table: T): T => table;

export const SETTINGS = define({
  'kong-admin-svc': {
    kind: 'text',
    group: 'Gateways',
    help: 'Service of the Admin API, as namespace/name; every pod behind it is a gateway, found through EndpointSlices',
  },
  'kong-admin-svc-port-names': {
    kind: 'list',
    default: 'admin-tls,kong-admin-tls,admin,kong-admin',
    group: 'Gateways',
    help: 'names of the Service ports that speak the Admin API, best first; a name that ends in -tls means HTTPS',
  },
  'kong-admin-url': {
    kind: 'list',
    group: 'Gateways',
    help: 'Admin API URL of a gateway, instead of discovery; may be repeated',
  },
  'kong-admin-concurrency': {
    kind: 'count',
    default: '10',
    min: 1,
    max: 1000,
    group: 'Gateways',
    help: 'how many gateways with traffic may load a configuration at the same time; never more than a quarter of them, yet always one',
  },
  'kong-admin-retries': {
    kind: 'count',
    default: '3',
    min: 0,
    max: 1000,
    group: 'Gateways',
    help: 'failures in a row that are retried before a gateway is called unreachable; it is still retried then, at most 30 s apart',
  },
  'proxy-timeout-seconds': {
    kind: 'seconds',
    default: '30',
    min: 1000,
    max: 3_600_000,
    group: 'Gateways',
    help: 'how long one push to one gateway may take, answer included',
  },
  'gateway-discovery-readiness-check-interval': {
    kind: 'duration',
    default: '10s',
    min: 1000,
    max: 3_600_000,
    group: 'Gateways',
    help: 'pace at which a gateway that never answered is asked again, after its first minute',
  },
  'gateway-discovery-readiness-check-timeout': {
    kind: 'duration',
    default: '5s',
    min: 100,
    max: 3_600_000,
    group: 'Gateways',
    help: 'how long a gateway may take to answer GET /status',
  },
  'kong-admin-token': {
    kind: 'text',
    secret: true,
    group: 'Admin API',
    help: 'token for the Kong-Admin-Token header',
  },
  'kong-admin-token-file': {
    kind: 'text',
    group: 'Admin API',
    help: 'file that holds the token; read again when it changes',
  },
  'kong-admin-header': {
    kind: 'list',
    separator: '\n',
    secret: true,
    group: 'Admin API',
    help: 'header to send with every request, as name:value; may be repeated, in the environment one per line',
  },
  'kong-workspace': {
    kind: 'text',
    group: 'Admin API',
    help: 'workspace (Kong Enterprise): the first segment of every path',
  },
  'kong-admin-tls-skip-verify': {
    kind: 'switch',
    default: 'false',
    group: 'Admin API',
    help: 'do not verify the certificate of the Admin API',
  },
  'kong-admin-tls-server-name': {
    kind: 'text',
    group: 'Admin API',
    help: 'name that the certificate must carry; for a Service: pod.<name>.<namespace>.svc unless given',
  },
  'kong-admin-ca-cert': {
    kind: 'text',
    group: 'Admin API',
    help: 'PEM of the CA that signed the certificate of the Admin API',
  },
  'kong-admin-ca-cert-file': {
    kind: 'text',
    group: 'Admin API',
    help: 'file that holds the PEM of that CA; read again when it changes',
  },
  'kong-admin-tls-client-cert': {
    kind: 'text',
    group: 'Admin API',
    help: 'PEM of our client certificate (mTLS)',
  },
  'kong-admin-tls-client-cert-file': {
    kind: 'text',
    group: 'Admin API',
    help: 'file that holds the PEM of our client certificate; read again when it changes',
  },
  'kong-admin-tls-client-key': {
    kind: 'text',
    secret: true,
    group: 'Admin API',
    help: 'PEM of the key of our client certificate',
  },
  'kong-admin-tls-client-key-file': {
    kind: 'text',
    group: 'Admin API',
    help: "file that holds the PEM of that certificate's key; read again when it changes",
  },
  'config-file': {
    kind: 'list',
    group: 'Configuration',
    help: 'declarative configuration file (.yaml, .yml, .json); followed when it changes; may be repeated',
  },
  'config-dir': {
    kind: 'list',
    group: 'Configuration',
    help: 'folder whose files (.yaml, .yml, .json, directly in it) are merged; followed when they change; may be repeated',
  },
  'config-selector': {
    kind: 'text',
    group: 'Configuration',
    help: 'label selector of the ConfigMaps and Secrets that hold configuration, e.g. silverback.dev/config=true',
  },
  'config-namespace': {
    kind: 'list',
    group: 'Configuration',
    help: "namespace of those ConfigMaps and Secrets; may be repeated; our pod's own unless given",
  },
  'config-kinds': {
    kind: 'list',
    default: 'configmaps,secrets',
    group: 'Configuration',
    help: 'which of the two are read: configmaps, secrets; each needs the right to list and watch all of its kind in those namespaces',
  },
  deck: {
    kind: 'switch',
    default: 'false',
    group: 'Configuration',
    help: 'read decK\'s dialect: _info.defaults, select_tags, _plugin_configs, ${{ env "DECK_X" }}',
  },
  'schema-dir': {
    kind: 'text',
    group: 'Configuration',
    help: 'folder that `silverback schema pull` wrote: its schemas of plugins win over the bundled ones; read at start',
  },
  'max-shrink': {
    kind: 'count',
    default: '50',
    min: 0,
    max: 100,
    group: 'Configuration',
    help: 'percent of the routes, services or consumers that one change may remove without an approval; fewer than 3 always may',
  },
  'allow-removal': {
    kind: 'switch',
    default: 'false',
    group: 'Configuration',
    help: 'push without an approval what removes much: an empty configuration, more than --max-shrink, sources that vanished',
  },
  adopt: {
    kind: 'switch',
    default: 'false',
    group: 'Configuration',
    help: 'let the first revision replace whatever the gateways carry already, without an approval',
  },
  debounce: {
    kind: 'duration',
    default: '100ms',
    min: 0,
    max: 60_000,
    group: 'Configuration',
    help: 'how long sources must be quiet before a change is taken up; ten times this at most',
  },
  canary: {
    kind: 'switch',
    default: 'true',
    group: 'Rollout',
    help: 'a revision new to the fleet goes to one gateway of each Kong version and plugin set first',
  },
  'canary-hold': {
    kind: 'duration',
    default: '2s',
    min: 0,
    max: 3_600_000,
    group: 'Rollout',
    help: 'how long the canary must show the revision at every look before the others get it',
  },
  'canary-smoke-url': {
    kind: 'text',
    group: 'Rollout',
    help: "URL that is asked for at every look at a canary, {ip} in it stands for the pod's IP, e.g. http://{ip}:8000/health; a revision that fails three times in a row is withdrawn",
  },
  'canary-smoke-status': {
    kind: 'list',
    default: '200-399',
    group: 'Rollout',
    help: 'HTTP statuses that pass the smoke check, single ones and ranges',
  },
  'canary-smoke-header': {
    kind: 'list',
    separator: '\n',
    secret: true,
    group: 'Rollout',
    help: 'header to send with the smoke check, as name:value, e.g. host:shop.example.com; may be repeated, in the environment one per line',
  },
  drift: {
    kind: 'text',
    default: 'repair',
    choices: ['repair', 'report'],
    group: 'Rollout',
    help: 'what is done about a gateway that somebody else changed: put it back, or only tell; one that is empty always gets its configuration',
  },
  'history-secret': {
    kind: 'text',
    group: 'History',
    help: 'Secret in which last good, approvals and pauses are kept; the bytes in <name>-0, <name>-1, …; all of them must exist; unset: nothing is kept in Kubernetes',
  },
  'history-namespace': {
    kind: 'text',
    group: 'History',
    help: "namespace of those Secrets; our pod's own unless given",
  },
  'history-slots': {
    kind: 'count',
    default: '8',
    min: 1,
    max: 100,
    group: 'History',
    help: 'how many Secrets there are for the bytes; each takes 960 KiB, compressed; last good and a new revision must fit in together',
  },
  'revision-history': {
    kind: 'count',
    default: '5',
    min: 1,
    max: 100,
    group: 'History',
    help: 'how many revisions are kept, to roll back to',
  },
  'data-dir': {
    kind: 'text',
    group: 'History',
    help: 'folder in which last good, approvals and pauses are kept, without Kubernetes; must exist, and survive a restart',
  },
  'leader-elect': {
    kind: 'text',
    default: 'auto',
    choices: ['auto', 'on', 'off'],
    group: 'Leader election',
    help: 'whether replicas elect a leader; auto: whenever in a cluster',
  },
  'election-id': {
    kind: 'text',
    default: '5b374a9e.konghq.com',
    group: 'Leader election',
    help: 'the Lease is named <election-id>-<election-namespace>; gateway groups that share a namespace need different ids',
  },
  'election-namespace': {
    kind: 'text',
    group: 'Leader election',
    help: "namespace of the Lease; our pod's own unless given",
  },
  'lease-duration': {
    kind: 'duration',
    default: '15s',
    min: 1000,
    max: 3_600_000,
    group: 'Leader election',
    help: 'how long a Lease that is not renewed stays valid',
  },
  'renew-deadline': {
    kind: 'duration',
    default: '10s',
    min: 500,
    max: 3_600_000,
    group: 'Leader election',
    help: 'how long a leader that cannot renew goes on leading; at most 0.8 of the lease duration',
  },
  'retry-period': {
    kind: 'duration',
    default: '2s',
    min: 100,
    max: 3_600_000,
    group: 'Leader election',
    help: 'pause between tries to acquire or renew the Lease',
  },
  'resync-interval': {
    kind: 'duration',
    default: '30s',
    min: 1000,
    max: 3_600_000,
    group: 'Operation',
    help: 'pace of the slow pass that repairs what events missed: every gateway is asked for its hash',
  },
  observe: {
    kind: 'switch',
    default: 'false',
    group: 'Operation',
    help: 'do everything but push; say what would be pushed, and what that would change at each gateway',
  },
  kubeconfig: {
    kind: 'text',
    group: 'Operation',
    help: "kubeconfig file; in a cluster the pod's service account is used unless given",
  },
  'log-level': {
    kind: 'text',
    default: 'info',
    choices: ['trace', 'debug', 'info', 'warn', 'error'],
    group: 'Operation',
    help: 'least level of the log lines that are written',
  },
  'log-format': {
    kind: 'text',
    default: 'json',
    choices: ['json', 'text'],
    group: 'Operation',
    help: 'json: one object per line; text: for people',
  },
  'health-probe-bind-address': {
    kind: 'address',
    default: ':10254',
    group: 'Operation',
    help: 'address of /healthz and /readyz; off for none',
  },
  'metrics-bind-address': {
    kind: 'address',
    default: ':10255',
    group: 'Operation',
    help: 'address of /metrics; off for none',
  },
  'annotate-sources': {
    kind: 'switch',
    default: 'false',
    group: 'Operation',
    help: 'the leader notes on each ConfigMap and Secret what became of it, as annotations silverback.dev/state…; needs the right to patch them',
  },
  'admission-webhook-listen': {
    kind: 'address',
    default: 'off',
    group: 'Operation',
    help: 'address of the validating admission webhook, e.g. :8080; it refuses ConfigMaps and Secrets that would be invalid before they are stored; off for none',
  },
  'admission-webhook-cert-file': {
    kind: 'text',
    default: '/admission-webhook/tls.crt',
    group: 'Operation',
    help: 'file that holds the PEM of its certificate; read again when it changes',
  },
  'admission-webhook-key-file': {
    kind: 'text',
    default: '/admission-webhook/tls.key',
    group: 'Operation',
    help: "file that holds the PEM of that certificate's key; read again when it changes",
  },
  'diagnostics-bind-address': {
    kind: 'address',
    default: '127.0.0.1:10256',
    group: 'Operation',
    help: 'address of the dashboard and the diagnostics API; off for none; anything but loopback needs a token',
  },
  'diagnostics-token': {
    kind: 'text',
    secret: true,
    group: 'Operation',
    help: 'token that the diagnostics API asks for (Authorization: Bearer)',
  },
  'diagnostics-token-file': {
    kind: 'text',
    group: 'Operation',
    help: 'file with that token; read again when it changes',
  },
  'diagnostics-allowed-hosts': {
    kind: 'list',
    group: 'Operation',
    help: 'names, beside those of loopback and IP addresses, under which browsers may reach the dashboard',
  },
  'shutdown-grace': {
    kind: 'duration',
    default: '20s',
    min: 0,
    max: 3_600_000,
    group: 'Operation',
    help: 'how long pushes that were already sent may take to end after SIGTERM',
  },
});

export type SettingName = keyof typeof SETTINGS;

export const SETTING_NAMES = Object.keys(SETTINGS).filter((name): name is SettingName => name in SETTINGS);

/** `kong-admin-svc` -> `CONTROLLER_KONG_ADMIN_SVC`, as the Kong Ingress Controller spells them. */
export function envName(name: SettingName): string {
  return `CONTROLLER_${name.toUpperCase().replaceAll('-', '_')}`;
}
