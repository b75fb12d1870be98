import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { createCompiler } from '../../../src/config/compile.js';
import { REDACTED } from '../../../src/config/document/redacted.js';
import { redactedYaml } from '../../../src/config/redact.js';

const compiler = createCompiler({ deck: false, env: {}, allowEmpty: false });
const redact = (text: string): string => {
  const { revision, findings } = compiler.compile([{ file: 'kong.yaml', text }]);
  if (revision === undefined) throw new Error(JSON.stringify(findings));
  return redactedYaml(revision.bytes);
};

const TEXT = `_format_version: "3.0"
services:
  - name: shop
    url: http://user:s3cr3t@shop.test:8080/x?apikey=s3cr3t
    routes:
      - name: shop
        paths: [/shop]
        plugins:
          - name: http-log
            config: {http_endpoint: "https://log.test/", headers: {X-Api-Key: s3cr3t}}
consumers:
  - username: ann
    keyauth_credentials: [{key: s3cr3t}]
    basicauth_credentials: [{username: ann, password: s3cr3t}]
plugins:
  - name: somebodys-own
    config: {anything: s3cr3t}
`;

describe('a redacted configuration', () => {
  const yaml = redact(TEXT);

  it('has no secret, wherever it stands, and all the rest', () => {
    expect(yaml).not.toContain('s3cr3t');
    expect(parse(yaml)).toMatchObject({
      _format_version: '3.0',
      services: [{ name: 'shop', routes: [{ name: 'shop', paths: ['/shop'] }] }],
      consumers: [{ username: 'ann', keyauth_credentials: [{ key: REDACTED }] }],
      plugins: [{ name: 'somebodys-own', config: REDACTED }],
    });
  });

  it('can be pushed by nobody', () => {
    expect(compiler.compile([{ file: 'copy.yaml', text: yaml }]).valid).toBe(false);
  });

  it('shows a plain address of a service', () => {
    expect(redact('{_format_version: "3.0", services: [{name: a, url: "http://a.test:80/x"}]}')).toContain(
      'http://a.test:80/x',
    );
  });
});
