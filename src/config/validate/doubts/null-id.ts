import { asList, own } from '../../document/dict.js';
import type { Entity } from '../../document/entity.js';
import type { Doubt } from './doubt.js';

/**
 * Kong 3.9.3 answers 201 to `id: null` and stores the entity under a key that is no id. With a route so declared, or one in
 * a service so declared, no worker can build its router: the old one goes on serving while the new hash is shown.
 */
export function nullIdDoubts({ model, value }: Entity): Doubt[] {
  if (own(value, 'id') !== null || model.fields.get('id')?.uuid !== true) return [];
  const breaksRouter = model.type === 'routes' || (model.type === 'services' && hasRoutes(value));
  const shared = { code: 'null-id', hint: 'remove the id, or give one', path: ['id'] };
  return breaksRouter
    ? [
        {
          ...shared,
          severity: 'hold',
          message: 'the id is null: Kong takes it, and goes on serving the routes of before',
        },
      ]
    : [
        {
          ...shared,
          severity: 'warning',
          message: 'the id is null: Kong stores it so, and cannot find it by its id',
        },
      ];
}

const hasRoutes = (service: Entity['value']): boolean => (asList(own(service, 'routes')) ?? []).length > 0;
