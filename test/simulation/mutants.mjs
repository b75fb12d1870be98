export const MUTANTS = [];
export function mutantCalled(name) {
  const mutant = MUTANTS.find((each) => each.name === name);
  if (mutant === undefined) throw new Error(`no mutant is called ${name}`);
  return mutant;
}
