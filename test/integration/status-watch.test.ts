import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Replica } from '../../src/demo/replica.js';
import { startCommand } from '../support/command.js';
import type { Command } from '../support/command.js';
import { addressOf, configOf, createTroop } from '../support/troop.js';
import type { Troop } from '../support/troop.js';

jest.setTimeout(120_000);

let troop: Troop;
let leader: Replica;
let commands: Command[] = [];
afterEach(async () => {
  for (const command of commands) command.signal('SIGKILL');
  await Promise.all(commands.map(({ ended }) => ended));
  commands = [];
});

function run(...args: readonly string[]): Command {
  const command = startCommand('status', ...args);
  commands.push(command);
  return command;
}
const watch = (...args: readonly string[]): Command =>
  run('--watch', '--url', addressOf(leader, 'dashboard'), ...args);

const HEADLINE = /^(?=(?:OK|WORKING|ATTENTION|FOLLOWING|UNKNOWN) {2})/m;
/** What was shown, one after the other. */
const screens = ({ out }: Command): string[] =>
  out()
    .split(HEADLINE)
    .filter((text) => text !== '');
const served = (): string => troop.world.pods()[0]!.kong.hash().slice(0, 8);
const shows = (command: Command, words: string) => (): boolean =>
  screens(command).some((screen) => screen.includes(words));
/** What the rows of gateways say that they serve. */
const rowsOf = (screen: string): string[] =>
  [...screen.matchAll(/^kong-\d+ +\S+ +(?:\(canary\) +)?([0-9a-f]{8}) /gm)].map(([, id]) => String(id));

describe('silverback status --watch', () => {
  beforeEach(async () => {
    troop = await createTroop({ gateways: 3, replicas: 1 });
    troop.world.setConfig('shop', { 'kong.yaml': configOf('one') });
    await troop.untilConverged(0);
    leader = await troop.untilLeader();
  });
  afterEach(() => troop.close());

  test('shows how everything is, each change of it as a whole, and ends as it stands when it is stopped', async () => {
    const both = [watch(), watch()] as const;
    const before = served();
    for (const command of both)
      await command.until('the first', shows(command, `All 3 gateways serve ${before}`));
    const edited = performance.now();
    troop.world.setConfig('shop', { 'kong.yaml': configOf('two') });
    await troop.untilConverged(edited);
    const after = served();
    expect(after).not.toBe(before);
    for (const command of both)
      await command.until('the change', shows(command, `All 3 gateways serve ${after}`));
    both[0].signal('SIGINT');
    both[1].signal('SIGTERM');
    for (const command of both) {
      expect(await command.ended).toBe(0);
      expect(command.err()).toBe('');
      // No screen has the headline of one moment above the gateways of another.
      for (const screen of screens(command)) {
        expect(rowsOf(screen).length).toBe(3);
        const all = /All 3 gateways serve (\w+)/.exec(screen)?.[1];
        if (all !== undefined) expect(rowsOf(screen)).toEqual([all, all, all]);
      }
    }
  });

  test('shows what is wrong with an edit; stopped then, it ends with 1', async () => {
    const command = watch();
    await command.until('the first', shows(command, 'All 3 gateways serve '));
    troop.world.setConfig('shop', { 'kong.yaml': 'services: [{name: a, port: eighty}]' });
    await command.until('the finding', shows(command, 'port must be a whole number'));
    command.signal('SIGINT');
    expect(await command.ended).toBe(1);
    expect(screens(command).at(-1)).toMatch(/^ATTENTION {2}All 3 gateways serve /);
  });

  test('says so when the controller is gone, once, and goes on when there is one again', async () => {
    const [command, other] = [watch(), watch()];
    for (const each of [command, other]) await each.until('the first', shows(each, 'All 3 gateways serve '));
    leader.signal('SIGKILL');
    await leader.exited;
    const url = addressOf(leader, 'dashboard');
    for (const each of [command, other])
      await each.until('both words', () => each.err().includes('nobody listens there'));
    other.signal('SIGINT');
    // What it showed last may not be so any more.
    expect(await other.ended).toBe(1);

    const before = screens(command).length;
    leader = troop.start([...troop.standard, '--diagnostics-bind-address', new URL(url).host]);
    await command.until('the next', () =>
      screens(command)
        .slice(before)
        .some((screen) => screen.includes('All 3 gateways serve ')),
    );
    command.signal('SIGTERM');
    expect(await command.ended).toBe(0);
    expect(command.err().split('\n')).toEqual([
      `${url}: the connection has ended; trying again`,
      `${url}: nobody listens there; trying again`,
      '',
    ]);
  });

  test('that cannot begin says why, and what to do', async () => {
    leader.signal('SIGKILL');
    await leader.exited;
    const command = watch();
    expect(await command.ended).toBe(1);
    expect(command.out()).toBe('');
    expect(command.err()).toMatch(/^error: http:\S+: nobody listens there\nis the API there\? kubectl /);
  });
});

test.each([
  [['--watch', '-o', 'json'], '--watch writes tables: leave out --output'],
  [['--watch', '--from-cluster', '--kong-admin-svc', 'kong/kong-admin'], 'leave out --from-cluster'],
  [['--wach'], "unknown option '--wach'"],
])('wrong usage ends with 2: %j', async (args, words) => {
  const command = run(...args);
  expect(await command.ended).toBe(2);
  expect([command.out(), command.err()]).toEqual(['', expect.stringContaining(words)]);
});
