const LOGIN = /^[\p{L}\p{N}][\p{L}\p{N}._@-]{1,63}$/u;

/**
 * A login name as it is kept and compared: full-width letters, capitals and spaces around it make no other name. Undefined for what can be none.
 */
export function readLogin(text: string): string | undefined {
  const login = text.normalize('NFKC').trim().toLowerCase();
  return LOGIN.test(login) ? login : undefined;
}
