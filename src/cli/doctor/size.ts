/** A size for people: `12 KiB`, `1.5 MiB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} KiB`;
  const mib = bytes / 1024 / 1024;
  return `${Number.isInteger(mib) ? mib : mib.toFixed(1)} MiB`;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** A size as nginx and Kong write it (`10m`, `8k`, plain bytes); `undefined` for anything else. */
export function parseSize(text: unknown): number | undefined {
  const match = /^(\d{1,15})([kmg]?)b?$/i.exec(
    typeof text === 'number' ? String(text) : typeof text === 'string' ? text : '',
  );
  const unit = UNITS[match?.[2]?.toLowerCase() ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

const QUANTITY: Readonly<Record<string, number>> = {
  '': 1,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
};

/** A Kubernetes quantity of bytes, such as `256Mi`; `undefined` for anything else. */
export function parseQuantity(text: unknown): number | undefined {
  const match = /^(\d{1,15}(?:\.\d+)?)(Ki|Mi|Gi|k|M|G)?$/.exec(typeof text === 'string' ? text : '');
  const unit = QUANTITY[match?.[2] ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}
