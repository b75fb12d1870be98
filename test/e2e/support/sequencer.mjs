/** What looks back on all scenarios. */
const LAST = 'rights.test.ts';

/** Jest's order of test files, without what it remembers of earlier runs: by name, and what looks back comes last. */
export default class LastThingsLast {
  sort(tests) {
    process.env.SILVERBACK_E2E_FILES = String(tests.length);
    const isLast = ({ path }) => Number(path.endsWith(LAST));
    return [...tests].sort((a, b) => isLast(a) - isLast(b) || a.path.localeCompare(b.path));
  }

  shard(tests) {
    return tests;
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
}
