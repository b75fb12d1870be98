/** Fields that people bring from elsewhere, and what to do about them. */
const HINTS: Readonly<Record<string, string>> = {
  _config: "this is decK's: start Silverback with --deck to expand it",
  _info: "this is decK's: start Silverback with --deck to apply it",
  _konnect: "this is decK's, for Konnect: remove it",
  _plugin_configs: "this is decK's: start Silverback with --deck to expand it",
  _workspace: "this is decK's: start Silverback with --deck to drop the workspace 'default'",
  basic_auth: "the list is called 'basicauth_credentials'",
  condition: 'this is of Kong Enterprise',
  consumer_group: 'this is of Kong Enterprise',
  consumer_groups: 'this is of Kong Enterprise',
  expression: 'Kong takes it only with router_flavor = expressions',
  groups: 'this is of Kong Enterprise',
  'hmac-auth': "the list is called 'hmacauth_credentials'",
  hmac_auth: "the list is called 'hmacauth_credentials'",
  'key-auth': "the list is called 'keyauth_credentials'",
  key_auth: "the list is called 'keyauth_credentials'",
  ordering: 'this is of Kong Enterprise',
  partials: 'this is of Kong Enterprise',
  priority: 'Kong takes it only with router_flavor = expressions',
  select_tags: "this is decK's: it belongs under _info, and needs --deck",
  ws_id: 'a declarative config knows no workspaces: remove it',
};

export function hintForField(name: string): string | undefined {
  return Object.hasOwn(HINTS, name) ? HINTS[name] : undefined;
}
