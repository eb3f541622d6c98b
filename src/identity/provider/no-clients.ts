import { Injectable } from '@nestjs/common';
import { ClientDirectory } from '../client-directory';

/** Where no directory of machines is: none is known. */
@Injectable()
export class NoClients extends ClientDirectory {
  find(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  secretFits(): Promise<boolean> {
    return Promise.resolve(false);
  }

  used(): Promise<void> {
    return Promise.resolve();
  }
}
