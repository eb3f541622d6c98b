import { Injectable } from '@nestjs/common';

/** Whether the process has been told to stop: what still comes is served, but nothing more should be sent here. */
@Injectable()
export class Draining {
  #begun = false;

  get begun(): boolean {
    return this.#begun;
  }

  begin(): void {
    this.#begun = true;
  }
}
