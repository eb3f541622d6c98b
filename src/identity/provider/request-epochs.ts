/**
 * In which epoch of an account a request of the issuer has found what it relies on. What ends sessions begins a new one, so that nothing is written of a session, at
 * the end of a request, that has ended since its beginning.
 */
export class RequestEpochs {
  readonly #noted = new WeakMap<object, Map<string, number>>();

  /** `request` answers the one that is served where it is asked, if any. */
  constructor(private readonly request: () => object | undefined) {}

  /** What was found first counts. */
  note(accountId: string, epoch: number): void {
    const request = this.request();
    if (request === undefined) return;
    const noted = this.#noted.get(request) ?? new Map<string, number>();
    if (!noted.has(accountId)) this.#noted.set(request, noted.set(accountId, epoch));
  }

  of(accountId: string): number | undefined {
    const request = this.request();
    return request === undefined ? undefined : this.#noted.get(request)?.get(accountId);
  }
}
