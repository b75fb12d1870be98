import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { SETTING_NAMES } from '../../src/settings/table.js';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
const PAGES = ['README.md', 'CONTRIBUTING.md', ...docs.map((name) => `docs/${name}`)];

const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, '');

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return Array.from(withoutCode(text).matchAll(/^#+ (.*)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test.each(PAGES)('every link of %s within the repository leads somewhere', (page) => {
  const links = Array.from(withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link);
  const broken = links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
  });
  expect(broken).toEqual([]);
});

function blocks(page: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return Array.from(read(page).matchAll(fence), ([, text = '']) => text);
}

const GUIDES = ['docs/install-with-kong.md', 'docs/migrate-from-files.md', 'docs/migrate-from-kic.md'];

test.each([...GUIDES, 'docs/history.md'])('the commands of %s are such', (page) => {
  const commands = blocks(page, 'bash');
  expect(commands.length).toBeGreaterThan(1);
  for (const input of commands) execFileSync('bash', ['-n'], { input });
});

test.each(GUIDES.slice(1))('the settings that %s names exist', (page) => {
  const ours =
    /--((?:kong|config|election|gateway|log|proxy|health|metrics)-[a-z-]+)|CONTROLLER_([A-Z_]+[A-Z])/g;
  const named = Array.from(read(page).matchAll(ours), ([, flag, variable]) =>
    (flag ?? variable ?? '').toLowerCase().replaceAll('_', '-'),
  );
  expect(named.length).toBeGreaterThan(0);
  expect(SETTING_NAMES).toEqual(expect.arrayContaining(named));
});

interface KongValues {
  readonly fullnameOverride: string;
  readonly secretVolumes: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly extraObjects: readonly {
    readonly spec: { readonly ingress: readonly { readonly from?: readonly object[] }[] };
  }[];
}
interface OurValues {
  readonly gateways: { readonly service: string };
  readonly adminApi: { readonly tls: { readonly secretName: string } };
  readonly networkPolicy: { readonly gateways: { readonly podLabels: object } };
}

describe('installing with the chart of Kong', () => {
  const page = 'docs/install-with-kong.md';
  const [kong, ours] = ['examples/kong-values.yaml', 'examples/silverback-values.yaml'].map(read);
  const theirs = parse(kong!) as KongValues;
  const values = parse(ours!) as OurValues;
  const [namespace, service] = values.gateways.service.split('/');

  test('the guide shows the values of the examples', () => {
    expect(blocks(page, 'yaml')).toEqual(expect.arrayContaining([kong, ours]));
  });

  test('both sides mean the same Service, certificate and Secrets', () => {
    expect(service).toBe(`${theirs.fullnameOverride}-admin`);
    const name = `pod.${service}.${namespace}.svc`;
    expect(blocks(page, 'bash')[0]).toContain(`subjectAltName=DNS:${name}\n`);
    const [secret] = theirs.secretVolumes;
    const { secretName } = values.adminApi.tls;
    expect(blocks(page, 'bash')[0]).toContain(`--namespace ${namespace} create secret generic ${secret} `);
    expect(blocks(page, 'bash')[0]).toContain(`--namespace silverback create secret generic ${secretName} `);
    const files = ['admin_ssl_cert', 'admin_ssl_cert_key', 'nginx_admin_ssl_client_certificate'];
    expect(files.map((key) => theirs.env[key])).toEqual(
      ['tls.crt', 'tls.key', 'ca.crt'].map((file) => `/etc/secrets/${secret}/${file}`),
    );
    const certificates = blocks(page, 'yaml')
      .filter((text) => text.includes('kind: Certificate'))
      .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Certificate));
    expect(certificates).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ spec: expect.objectContaining({ secretName: secret, dnsNames: [name] }) }),
        expect.objectContaining({ spec: expect.objectContaining({ secretName }) }),
      ]),
    );
  });

  test('the Admin API is open to the namespace and the pods of Silverback alone', () => {
    const [, admin] = theirs.extraObjects[0]!.spec.ingress;
    expect(admin!.from).toEqual([
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'silverback' } },
        podSelector: { matchLabels: { 'app.kubernetes.io/name': 'silverback' } },
      },
    ]);
    expect(values.networkPolicy.gateways.podLabels).toEqual({ 'app.kubernetes.io/name': 'kong' });
  });
});

interface Certificate {
  readonly spec: object;
}
