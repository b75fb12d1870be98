/** What differs between Kong versions over HTTP. The schemas are always those of 3.9. */
export interface Traits {
  /** `GET /` names the edition. */
  readonly namesEdition: boolean;
  /** Unset fields are null in a 201 body; left out before. */
  readonly showsNulls: boolean;
  /** Content types of a config that is YAML. */
  readonly yamlTypes: readonly string[];
  readonly flattensErrors: boolean;
  /** An empty `flattened_errors` is `[]`, not `{}`. */
  readonly emptyListIsList: boolean;
  readonly hasReadiness: boolean;
  readonly canDrain: boolean;
  /** `GET /status` has `database`, although there is none. */
  readonly showsDatabase: boolean;
  /** A config without entities has the hash of 32 zeros. */
  readonly zerosWhenEmpty: boolean;
}

/** The traits of a version such as `3.9.3` or `3.4.3.5-enterprise-edition`. */
export function traitsOf(version: string): Traits {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const since = (wantedMajor: number, wantedMinor: number): boolean =>
    major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  return {
    namesEdition: since(3, 6),
    showsNulls: since(3, 6),
    yamlTypes: since(3, 9) ? ['text/yaml', 'application/yaml'] : ['text/yaml'],
    flattensErrors: since(3, 2),
    emptyListIsList: since(3, 10),
    hasReadiness: since(3, 3),
    canDrain: since(3, 9),
    showsDatabase: !since(3, 4),
    zerosWhenEmpty: since(3, 2),
  };
}
