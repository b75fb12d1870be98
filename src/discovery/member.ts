import type { ObjectRef } from '../report/happening.js';

/** A gateway as discovery knows it: where its Admin API is, and which Pod it is. */
export interface DiscoveredGateway {
  /** The Pod's UID, or the URL of a static gateway. */
  readonly key: string;
  readonly name: string;
  readonly url: string;
  readonly serverName?: string;
  /** The Pod, where it is one. */
  readonly object?: ObjectRef;
  readonly ready?: boolean;
  readonly node?: string;
  readonly zone?: string;
}

/** Gateways given by URL: no discovery, one gateway each. The URLs are valid ones (settings/contradictions.ts). */
export function staticGateways(urls: readonly string[], serverName: string | undefined): DiscoveredGateway[] {
  return urls.map((text) => {
    const { protocol, host, pathname } = new URL(text);
    // Behind one proxy, gateways differ by their paths alone.
    const name = `${host}${pathname.replace(/\/+$/, '')}`;
    const url = `${protocol}//${name}`;
    return { key: url, name, url, ...(serverName !== undefined && { serverName }) };
  });
}
