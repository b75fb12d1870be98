import type { TargetKong } from '../../config/validate/target.js';
import { loadTargetKong, OLDER_KONGS } from '../../sources/target-kong.js';
import { WrongUsage } from '../history/opened.js';

/** From this minor version of Kong 3 on, everything that we know of is there. */
const NEWEST_KNOWN = 9;

/**
 * What a Kong of this version lacks; between two that are known, the older one is meant: a Kong that refuses its file does not start
 * at all, one that starts empty is configured a moment later.
 * @param written such as `3.9`, `3.4.2` or `3.9.1.1-enterprise-edition`
 * @throws WrongUsage for no version of Kong 3
 */
export async function targetFor(written: string | undefined): Promise<TargetKong | undefined> {
  if (written === undefined || written.trim() === '') return undefined;
  const [, major, minor] = /^(\d{1,3})\.(\d{1,3})(?:[.-]|$)/.exec(written.trim()) ?? [];
  if (major === undefined || Number(major) < 3)
    throw new WrongUsage(
      `--kong-version must be a version of Kong, 3.0 or newer, such as 3.9; not "${written}"`,
    );
  if (Number(major) > 3 || Number(minor) >= NEWEST_KNOWN) return undefined;
  const known = OLDER_KONGS.filter((version) => Number(version.split('.')[1]) <= Number(minor));
  const version = known.at(-1);
  return version === undefined ? undefined : loadTargetKong(version);
}
