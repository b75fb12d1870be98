// Lets Node run the repository's TypeScript as it stands, with at most one mutation in it:
//   node --import ./test/simulation/typescript/register.mjs FILE.ts
import { register } from 'node:module';

register('./hooks.mjs', import.meta.url, { data: process.env.SIMULATION_MUTANT ?? '' });
