import { describe, expect, test } from '@jest/globals';
import { diffJson } from '../../../../src/config/diff/json.js';
import { diffMarkdown } from '../../../../src/cli/diff/markdown.js';
import { diffText } from '../../../../src/cli/diff/text.js';
import { diffTexts, lines } from './diff-texts.js';

const V3 = '_format_version: "3.0"\n';
/** Holds secrets of every kind; each has the mark in it, and another one in the other version. */
const config = (mark: string): string => `${V3}
services:
- name: s
  host: h
  plugins:
  - {name: my-own, config: {limit: ${mark}1, list: [${mark}2], nested: {deep: ${mark}3}}}
  - {name: session, config: {secret: ${mark}4}}
  - {name: rate-limiting, config: {minute: 5, redis_password: ${mark}5}}
  - {name: http-log, config: {http_endpoint: "https://user:${mark}6@log.test/"}}
  - {name: tcp-log, config: {host: h, port: 1, custom_fields_by_lua: {a: "return '${mark}7'"}}}
  - {name: pre-function, config: {access: ["return '${mark}8'"]}}
  - {name: request-transformer, config: {add: {headers: ["Authorization:Bearer ${mark}9", "x-api-key:${mark}10"], querystring: ["access_token:${mark}11"]}, replace: {uri: "/a?token=${mark}12"}}}
  - {name: redirect, config: {status_code: 301, location: "https://user:${mark}13@there.test/?sig=1&api_key=${mark}14"}}
  - {name: zipkin, config: {static_tags: [{name: password, value: ${mark}15}]}}
  - {name: opentelemetry, config: {traces_endpoint: "http://o/", headers: {X-Api-Key: ${mark}16}, resource_attributes: {service.token: ${mark}17}}}
consumers:
- username: ann
  keyauth_credentials: [{key: ${mark}18}]
  basicauth_credentials: [{username: ann, password: ${mark}19}]
  jwt_secrets: [{key: ${mark}20, secret: ${mark}21}]
  hmacauth_credentials: [{username: ann, secret: ${mark}22}]
  oauth2_credentials: [{name: app, client_id: ${mark}23, client_secret: ${mark}24}]
`;
const EMPTY = `${V3}services: []`;

describe('secrets', () => {
  const [one, other] = [config('hush'), config('psst')];

  test.each([
    ['changed', one, other],
    ['added', EMPTY, one],
    ['removed', one, EMPTY],
  ])('appear in no output when they are %s', (_, old, now) => {
    const diff = diffTexts(old, now);
    expect(diff.entities.length).toBeGreaterThan(10);
    const outputs = [diffText(diff, (__, text) => text), diffJson(diff), diffMarkdown(diff)];
    for (const output of outputs) expect(output).not.toMatch(/hush|psst/);
  });

  test('that changed are told, each in its field', () => {
    const fields = lines(diffTexts(one, other)).filter((line) => line.startsWith('  '));
    expect(fields.filter((line) => !line.endsWith(' secret'))).toEqual([]);
    expect(fields).toEqual(
      expect.arrayContaining([
        '  config.nested.deep secret',
        '  config.redis.password secret',
        '  config.http_endpoint secret',
        '  config.add.headers secret',
        '  config.location secret',
        '  password secret',
        '  key secret',
      ]),
    );
  });

  test('hide no more than themselves: what else changed in a URL or a list is shown', () => {
    const redirect = (url: string): string =>
      `${V3}plugins: [{name: redirect, config: {status_code: 301, location: "${url}"}}]`;
    expect(lines(diffTexts(redirect('https://u:hush@a/?k=1'), redirect('https://u:hush@b/?k=1')))[1]).toBe(
      '  config.location "https://***@a/?k=1" -> "https://***@b/?k=1"',
    );
  });

  test('that did not change are not mentioned', () => {
    const diff = diffTexts(one, one.replace('minute: 5', 'minute: 6'));
    expect(lines(diff)).toEqual(["~ plugin 'rate-limiting' of service 's'", '  config.minute 5 -> 6']);
  });
});
