import { fieldsOf, isObject, parseMeta, textOf } from '../kube/object.js';
import type { Fields, ObjectMeta } from '../kube/object.js';

export interface SlicePort {
  readonly name: string;
  readonly port: number;
  readonly appProtocol: string | undefined;
}

export interface SliceEndpoint {
  readonly address: string;
  readonly ready: boolean;
  readonly terminating: boolean;
  readonly pod: { readonly name: string; readonly uid: string } | undefined;
  readonly node: string | undefined;
  readonly zone: string | undefined;
}

/** A discovery.k8s.io/v1 EndpointSlice, as far as we read it. */
export interface EndpointSlice {
  readonly meta: ObjectMeta;
  readonly addressType: string;
  readonly ports: readonly SlicePort[];
  readonly endpoints: readonly SliceEndpoint[];
  /** The Service that it belongs to, where it says so. */
  readonly service: { readonly name: string; readonly uid: string } | undefined;
}

const objectsIn = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isObject) : []);

function parsePort(port: Fields): SlicePort[] {
  const number = port['port'];
  // A slice may leave the number out ("all ports"), which names no Admin API.
  if (typeof number !== 'number') return [];
  return [{ name: textOf(port, 'name') ?? '', port: number, appProtocol: textOf(port, 'appProtocol') }];
}

function parseEndpoint(endpoint: Fields): SliceEndpoint[] {
  const addresses: unknown = endpoint['addresses'];
  const address: unknown = Array.isArray(addresses) ? addresses[0] : undefined;
  if (typeof address !== 'string') return [];
  const conditions = fieldsOf(endpoint, 'conditions');
  const target = fieldsOf(endpoint, 'targetRef');
  const name = textOf(target, 'name');
  const uid = textOf(target, 'uid');
  const isPod = target['kind'] === 'Pod' && name !== undefined && uid !== undefined && uid !== '';
  return [
    {
      address,
      // Unknown readiness is to be read as ready (EndpointSlice API, conditions.ready).
      ready: conditions['ready'] !== false,
      terminating: conditions['terminating'] === true,
      pod: isPod ? { name, uid } : undefined,
      node: textOf(endpoint, 'nodeName'),
      zone: textOf(endpoint, 'zone'),
    },
  ];
}

/** The endpoint-slice controller makes the Service the owner, which spares us the right to read Services. */
function ownerOf(object: unknown): EndpointSlice['service'] {
  const owners = objectsIn(fieldsOf(object, 'metadata')['ownerReferences']);
  const owner = owners.find(({ kind, apiVersion }) => kind === 'Service' && apiVersion === 'v1');
  const [name, uid] = owner === undefined ? [] : [textOf(owner, 'name'), textOf(owner, 'uid')];
  return name === undefined || uid === undefined || uid === '' ? undefined : { name, uid };
}

/** @throws an Error when it is no stored object. */
export function parseEndpointSlice(object: unknown): EndpointSlice {
  const meta = parseMeta(object);
  const slice = isObject(object) ? object : {};
  return {
    meta,
    addressType: textOf(slice, 'addressType') ?? '',
    ports: objectsIn(slice['ports']).flatMap(parsePort),
    endpoints: objectsIn(slice['endpoints']).flatMap(parseEndpoint),
    service: ownerOf(object),
  };
}
