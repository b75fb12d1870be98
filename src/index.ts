/** The public library: read, validate, merge and seal declarative configuration as the controller does. */
export { createCompiler } from './config/compile.js';
export type { Compilation, Compiler, CompilerOptions, SourceText } from './config/compile.js';
export { formatFinding } from './config/finding.js';
export type { EntityName, Finding, Severity } from './config/finding.js';
export { EMPTY_HASH } from './config/revision.js';
export type { Revision } from './config/revision.js';
export { validateDeclarativeConfig } from './config/validate-declarative-config.js';
export type { Validation, ValidationOptions } from './config/validate-declarative-config.js';
