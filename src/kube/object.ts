/** Kubernetes objects as they arrive: unknown until parsed. */
export type Fields = Readonly<Record<string, unknown>>;

/** Makes a typed value of an object that came from outside; throws an Error that says what is wrong with it. */
export type Parse<T> = (object: unknown) => T;

/** The metadata that every stored object has. */
export interface ObjectMeta {
  readonly name: string;
  /** Empty for an object that belongs to no namespace. */
  readonly namespace: string;
  readonly uid: string;
  /** Opaque: equal or not, never compared by size. */
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** True for a JSON object, false for arrays and null. */
export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The field, when it holds an object; an empty one otherwise, so that a missing `spec` reads as an empty `spec`. */
export function fieldsOf(object: unknown, name: string): Fields {
  const value = isObject(object) ? object[name] : undefined;
  return isObject(value) ? value : {};
}

/** The field, when it holds a string. */
export function textOf(object: Fields, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' ? value : undefined;
}

/** Reads `metadata`. Throws an Error when the object has no name or no resourceVersion: it is then no stored object. */
export function parseMeta(object: unknown): ObjectMeta {
  const metadata = fieldsOf(object, 'metadata');
  const name = textOf(metadata, 'name');
  const resourceVersion = textOf(metadata, 'resourceVersion');
  if (name === undefined || name === '') throw new Error('the object has no metadata.name');
  if (resourceVersion === undefined) throw new Error(`"${name}" has no metadata.resourceVersion`);
  return {
    name,
    namespace: textOf(metadata, 'namespace') ?? '',
    uid: textOf(metadata, 'uid') ?? '',
    resourceVersion,
    labels: textsOf(metadata, 'labels'),
    annotations: textsOf(metadata, 'annotations'),
  };
}

/** `namespace/name`, as Kubernetes tools write it; the name alone where there is no namespace. */
export function keyOf({ namespace, name }: Pick<ObjectMeta, 'namespace' | 'name'>): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

function textsOf(object: Fields, name: string): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsOf(object, name));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
