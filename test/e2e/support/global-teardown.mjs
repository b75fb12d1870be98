import { rmSync } from 'node:fs';

export default function tearDown() {
  rmSync(process.env.SILVERBACK_E2E_RUN, { recursive: true, force: true });
}
