import type { Arbitrary } from 'fast-check';
import type { Compiler } from '../../src/config/compile.js';

export const VALID: unknown;
export const mutatedValue: Arbitrary<unknown>;
export const mutatedText: Arbitrary<string>;
export const mutatedBytes: Arbitrary<Uint8Array>;
export function toYaml(value: unknown): string;
export function checkText(compiler: () => Compiler, text: string | Uint8Array): { readonly valid: boolean };
export function checkValue(compiler: () => Compiler, value: unknown): void;
