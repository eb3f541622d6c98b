import { FIELD_FAULTS, type FieldFault, PROBLEMS, type ProblemCode, type Text } from './problem-catalogue';
import { type Word, WORDS } from './problem-words';

export type Language = 'zh' | 'en';

// What a sentence says under these names is a word of ours, which a reader in Chinese is told in Chinese.
const OF_WORDS = ['expected', 'what', 'reason'] as const;
export type ProblemParams = Readonly<Record<string, string | number>> & { readonly [P in (typeof OF_WORDS)[number]]?: Word };

/** One field that is wrong, named by a JSON pointer into the body, or `/query/<name>`, `/path/<name>`, `/header/<name>`. */
export interface FieldError {
  readonly pointer: string;
  /** A fault of form (`required`, `too-long`, …), or the code of the problem whose rule refuses the field. */
  readonly code: FieldFault | ProblemCode;
  readonly params?: ProblemParams;
}

/** No member takes the place of a standard one. */
export type ProblemExtensions = Readonly<Record<string, unknown>> & { readonly [M in 'type' | 'code' | 'title' | 'status' | 'detail' | 'instance' | 'errors']?: never };

export interface ProblemOptions {
  /** What fills the placeholders of the catalogue's sentences: ids, codes, dates and numbers, never personal data. */
  readonly params?: ProblemParams;
  readonly errors?: readonly FieldError[];
  /** Members beside the standard ones, e.g. the duties that stand in the way. */
  readonly extensions?: ProblemExtensions;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/**
 * A refusal that a client can act on: an entry of the catalogue (RFC 9457). It is the only error that rules, stores and services
 * throw on purpose; the HTTP layer renders it in the reader's language.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly params: ProblemParams;
  readonly errors: readonly FieldError[];
  readonly extensions: ProblemExtensions;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(code, { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.status = PROBLEMS[code].status;
    this.params = options.params ?? {};
    this.errors = options.errors ?? [];
    this.extensions = options.extensions ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** A problem about one field. The field's code is the problem's own. */
  static at(code: ProblemCode, pointer: string, params: ProblemParams = {}): Problem {
    return new Problem(code, { params, errors: [{ pointer, code, params }] });
  }
}

/** The sentence of a field error in a language. */
export function describeFieldError({ code, params = {} }: FieldError, language: Language): string {
  const sentence = code in FIELD_FAULTS ? FIELD_FAULTS[code as FieldFault] : PROBLEMS[code as ProblemCode].detail;
  return fill(sentence, params, language);
}

/** A sentence of the catalogue in a language, with what stands for each `{name}`. */
export function fill(sentence: Text, params: ProblemParams, language: Language): string {
  return sentence[language].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const said = params[name] ?? whole;
    return String(language === 'zh' && (OF_WORDS as readonly string[]).includes(name) && Object.hasOwn(WORDS, said) ? WORDS[said as Word] : said);
  });
}

/** What was looked for. Problem `not-found` when it is not there, or not for this reader: both look alike. */
export function found<T>(row: T | null | undefined): T {
  if (row === null || row === undefined) throw new Problem('not-found');
  return row;
}
