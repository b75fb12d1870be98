import { once } from 'node:events';
import { Command } from 'commander';

/** `silverback demo`: see the main job done, with nothing but npm. Exit codes: 0 as it should be, 1 not. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('Show the main job on this machine: emulated gateways and Kubernetes API, real controllers.')
    .option('--keep', 'leave everything running afterwards, for curl')
    .action(async (options: { keep?: boolean }) => {
      const { createScreen } = await import('../demo/screen.js');
      const { playStory } = await import('../demo/story.js');
      const screen = createScreen(process.stdout, process.env);
      const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
      process.exit(await playStory(screen, interrupted, options.keep === true));
    });
}
