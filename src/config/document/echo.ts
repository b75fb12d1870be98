// What Kong shows twice: from 3.8 on, certificates echo the SNIs that were written in them, which `snis` lists as well.
import { asList, isDict, own } from './dict.js';
import type { Dict } from './dict.js';

/** @param config what a gateway shows that it serves */
export function withoutEcho(config: Dict): Dict {
  const certificates = asList(own(config, 'certificates')) ?? [];
  if (!certificates.some((each) => isDict(each) && Object.hasOwn(each, 'snis'))) return config;
  const plain = certificates.map((each) => {
    if (!isDict(each)) return each;
    const { snis: _echo, ...rest } = each;
    return rest;
  });
  return { ...config, certificates: plain };
}
