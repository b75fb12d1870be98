import { describe } from '../../src/report/describe.js';
import type { Fact, Sender } from './facts.js';

const short = (hash: string): string => hash.slice(0, 6);
const senderOf = ({ run, term }: Sender): string => `${run.name} (term ${term})`;

/** One fact in one line: who, and what. */
export function lineOf(fact: Fact): string {
  switch (fact.kind) {
    case 'sent':
      return `${senderOf(fact.by)} -> ${fact.to}: ${fact.what}`;
    case 'cut-off':
      return `${senderOf(fact.by)} -> ${fact.to}: cut off (${fact.reason}): ${fact.what}`;
    case 'answered':
      return `${senderOf(fact.by)} <- ${fact.from}: ${fact.status} ${fact.what}`;
    case 'failed':
      return `${senderOf(fact.by)} -> ${fact.to}: the connection fails: ${fact.what}`;
    case 'record-written':
      return `history: the record was written, term ${fact.term}`;
    case 'last-good':
      return `history: last good is ${short(fact.hash)}`;
    case 'push-arrived':
      return `${fact.at.name}: push of ${short(fact.push.hash)} by ${senderOf(fact.push.by)} has arrived`;
    case 'load-began':
      return `${fact.at.name}: load of ${short(fact.hash)} begins, for ${Math.round(fact.ms)} ms${fact.push ? '' : ', not ours'}`;
    case 'load-ended':
      return `${fact.at.name}: load of ${short(fact.hash)} ${fact.committed ? 'is committed' : 'dies'}`;
    case 'rejected':
      return `${fact.at.name}: rejects ${short(fact.hash)}`;
    case 'listed':
      return `${fact.by.name} <- api: ${fact.resource} listed`;
    case 'lease-seen':
      return `${fact.by.name} <- api: it sees the Lease`;
    case 'lease-held':
      return `${fact.by.name} <- api: it holds the Lease, asked at ${Math.round(fact.requestedAt)}`;
    case 'validated':
      return `${fact.by.name}: ${short(fact.hash)} is valid${fact.empty ? ' and empty' : ''}`;
    case 'approved':
      return `operator: approves ${short(fact.hash)}`;
    case 'said':
      return `${fact.by.name} says: ${describe(fact.happening).message}`;
    case 'event':
      return `${fact.who}: ${fact.what}`;
  }
}

/** What happened, line by line, and a digest of it that tells whether two runs were one. */
export interface Trace {
  readonly add: (at: number, line: string) => void;
  readonly lines: () => readonly string[];
  readonly digest: () => string;
}

export function createTrace(): Trace {
  const lines: string[] = [];
  let digest = 2166136261;
  return {
    add(at, text) {
      const line = `${(at / 1000).toFixed(3).padStart(9)}  ${text}`;
      lines.push(line);
      for (let index = 0; index < line.length; index += 1) {
        digest = Math.imul(digest ^ line.charCodeAt(index), 16777619);
      }
    },
    lines: () => lines,
    digest: () => (digest >>> 0).toString(16).padStart(8, '0'),
  };
}
