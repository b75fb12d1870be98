// Whether our findings name the entity and field that Kong's flattened errors name.

const singular = (type) => type.replace(/s$/, '');

/** Our path (`services[0].routes[1].paths[0]`) as Kong's dotted path in the innermost entity (`paths.1`). */
function fieldOf({ entity, path = '' }) {
  const start = path.lastIndexOf(`${entity.type}[`);
  const inside = start < 0 ? path : path.slice(start).replace(/^[a-z0-9_]+\[\d+\]\.?/, '');
  return inside
    .replace(/\[(\d+)\]/g, (_, index) => `.${Number(index) + 1}`)
    .replace(/\["([^"]*)"\]/g, '.$1')
    .replace(/^\./, '');
}

const overlap = (one, other) =>
  one === other || one === '' || other === '' || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);

/** At least one of Kong's errors and one of ours are about the same field, or part of it, of the same type of entity. */
export function namesTheSame(errors, findings) {
  const ours = findings
    .filter(({ severity, entity }) => severity === 'error' && entity !== undefined)
    .map((finding) => ({ type: singular(finding.entity.type), field: fieldOf(finding) }));
  return errors.some(({ entity_type: type, errors: list }) =>
    list.some(({ type: kind, field = '' }) =>
      ours.some((one) => one.type === type && (kind === 'entity' || overlap(one.field, field))),
    ),
  );
}
