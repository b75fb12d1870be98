/** Planted wherever a configuration or a setting may hold a secret; each is told from the others by its number. */
const planted = (name: string): string => `s3cr3t-${name}-0ff`;

export const SECRETS = {
  token: planted('token'),
  diagnostics: planted('diagnostics'),
  header: planted('header'),
  key: planted('key'),
  password: planted('password'),
  hmac: planted('hmac'),
  jwt: planted('jwt'),
  client: planted('client'),
  plugin: planted('plugin'),
  custom: planted('custom'),
  url: planted('url'),
  session: planted('session'),
  lua: planted('lua'),
  comment: planted('comment'),
};

/** A valid configuration that is full of them. */
export const secretConfig = (mark: string, extra = ''): string => `_format_version: "3.0"
_comment: ${SECRETS.comment}
services:
  - name: shop
    url: http://shop.test/${mark}
    routes:
      - name: shop
        paths: [/shop]
consumers:
  - username: ann
    keyauth_credentials:
      - key: ${SECRETS.key}
    basicauth_credentials:
      - username: ann
        password: ${SECRETS.password}
    hmacauth_credentials:
      - username: ann
        secret: ${SECRETS.hmac}
    jwt_secrets:
      - key: ann-issuer
        secret: ${SECRETS.jwt}
    oauth2_credentials:
      - name: app
        client_id: anns-app
        client_secret: ${SECRETS.client}
plugins:
  - name: http-log
    config:
      http_endpoint: https://user:${SECRETS.url}@log.test/
      headers:
        X-Api-Key: ${SECRETS.plugin}
  - name: session
    config:
      secret: ${SECRETS.session}
  - name: post-function
    config:
      access: ["local key = '${SECRETS.lua}'"]
${extra}`;

/** The same secrets at places where Kong or we find fault with them. */
export const BROKEN_SECRETS = secretConfig(
  'broken',
  `  - name: acme-custom
    config:
      api_key: ${SECRETS.custom}
      ? [${SECRETS.custom}]
      : 1
  - name: rate-limiting
    service: nowhere
    config: ${SECRETS.custom}
keyauth_credentials:
  - key: ${SECRETS.key}
    consumer: ann
  - key: [${SECRETS.key}]
    consumer: nobody
basicauth_credentials:
  - username: ann
    password: { oops: ${SECRETS.password} }
    consumer: ann
  - username: 5
    passwrd: ${SECRETS.password}
    consumer: ann
certificates:
  - cert: ${SECRETS.plugin}
    key: ${SECRETS.plugin}
vaults: [{name: env, prefix: env, config: {prefix:${SECRETS.custom}}}, {password:${SECRETS.password}}]
password=${SECRETS.custom}: 1
`,
);

/** Which secrets stand in which texts; empty when all is well. */
export function leaksIn(texts: readonly string[]): string[] {
  return Object.entries(SECRETS).flatMap(([name, secret]) =>
    texts.filter((text) => text.includes(secret)).map((text) => `${name}: ${text.slice(0, 500)}`),
  );
}
