import { Id } from '../platform/http/fields';

/** What a writing call answers. */
export class WrittenResponse {
  @Id({ description: 'What was written. Its content is answered by `GET` alone: nothing of it is kept with this answer.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
}
