// The limit, in its other form. Which of the two is faster hangs on the size; the faster one counts.
import { open as openLimit } from './limit.mjs';

export const open = (task) => openLimit(task, 128 * 1024);
