/** The one source of *now*. Rules take the instant as an argument; only services and jobs ask the clock. */
export abstract class Clock {
  abstract now(): Date;
}

export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}
