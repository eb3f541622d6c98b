import { Id, Text } from './fields';

/** Something of the ledger, by id and name, so that a list needs no second call. */
export class NamedRef {
  @Id({ description: 'Its id.' }) id: string;
  @Text({ description: 'Its name.', max: 200, example: '邵宇航' }) name: string;
}
