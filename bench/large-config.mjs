// Configurations as large installations write them: as many routes and plugins as services, in block style.

const PLUGINS = [
  () => ({ name: 'key-auth', config: { key_names: ['apikey', 'x-api-key'], hide_credentials: true } }),
  (at) => ({
    name: 'rate-limiting',
    config: {
      minute: 60 + (at % 50),
      hour: 10_000,
      policy: 'local',
      limit_by: 'consumer',
      fault_tolerant: true,
    },
  }),
  (at) => ({
    name: 'cors',
    config: {
      origins: [`https://app-${at}.example.test`],
      methods: ['GET', 'POST'],
      credentials: true,
      max_age: 3600,
    },
  }),
  (at) => ({
    name: 'request-transformer',
    config: { add: { headers: [`x-service:${at}`] }, remove: { headers: ['x-internal'] } },
  }),
  () => ({ name: 'prometheus', config: { per_consumer: true, status_code_metrics: true } }),
];

const service = (at) => ({
  name: `service-${at}`,
  protocol: 'http',
  host: `backend-${at}.team-${at % 40}.svc.cluster.local`,
  port: 8080,
  path: '/',
  read_timeout: 60_000,
  retries: 3,
  tags: [`team-${at % 40}`],
});

const route = (at) => ({
  name: `route-${at}`,
  paths: [`/api/v1/things-${at}`, `~/api/v2/things-${at}/(?<id>[^/]+)$`],
  methods: ['GET', 'POST'],
  hosts: [`api-${at % 100}.example.test`],
  protocols: ['https'],
  strip_path: false,
  tags: [`team-${at % 40}`],
});

const plugin = (at) => PLUGINS[at % PLUGINS.length](at);

const range = (count, make) => Array.from({ length: count }, (_, at) => make(at));

/** Each service holds its route, which holds its plugin. */
export function nestedConfig(count) {
  const services = range(count, (at) => ({
    ...service(at),
    routes: [{ ...route(at), plugins: [plugin(at)] }],
  }));
  return { _format_version: '3.0', services };
}

/** Three lists; routes and plugins name what they belong to. */
export function flatConfig(count) {
  return {
    _format_version: '3.0',
    services: range(count, service),
    routes: range(count, (at) => ({ ...route(at), service: `service-${at}` })),
    plugins: range(count, (at) => ({ ...plugin(at), route: `route-${at}`, enabled: true })),
  };
}

/** YAML in block style, as people and tools write it: quotes only where they must be. */
export function toYaml(value, indent = '') {
  if (Array.isArray(value))
    return value.map((item) => `${indent}- ${itemYaml(item, `${indent}  `)}`).join('');
  return Object.entries(value)
    .map(([key, child]) => `${indent}${key}:${fieldYaml(child, indent)}`)
    .join('');
}

const isCollection = (value) => typeof value === 'object' && value !== null;

function itemYaml(item, indent) {
  return isCollection(item) ? toYaml(item, indent).slice(indent.length) : `${scalarYaml(item)}\n`;
}

function fieldYaml(value, indent) {
  return isCollection(value) ? `\n${toYaml(value, `${indent}  `)}` : ` ${scalarYaml(value)}\n`;
}

function scalarYaml(value) {
  const bare = typeof value !== 'string' || /^[a-z~/][\w~/.()?<>^$+-]*$/i.test(value);
  return bare ? String(value) : JSON.stringify(value);
}
