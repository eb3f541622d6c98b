import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Language } from '../../kernel/problem';
import { markup } from '../../platform/http/markup';
import { languageOf } from '../../platform/http/problem.filter';
import { pageHeaders, signInPage } from './sign-in-page';
import { type NoticeName, SIGN_IN_WORDS } from './sign-in-words';

// What a person can do something about; the rest is the app's fault, and is told in the words of the protocol for whoever makes it.
const NOTICE_OF_ERROR: Readonly<Record<string, NoticeName>> = { server_error: 'fault', temporarily_unavailable: 'fault' };
const EXPIRED: ReadonlySet<string> = new Set(['SessionNotFound']);
const CODE = /^[a-z_]{1,60}$/;

/** A page for what cannot be told to the app: to send somebody back to an address that is not the app's would be worse. */
export function errorPage(ctx: KoaContextWithOIDC, error: string): void {
  const language = languageIn(ctx);
  const notice = SIGN_IN_WORDS[language].notices[EXPIRED.has(error) || error === 'invalid_request' && ctx.status === 400 && isResume(ctx) ? 'expired' : NOTICE_OF_ERROR[error] ?? 'wrong'];
  send(ctx, signInPage(language, notice.heading, markup`<p class="notice">${notice.text}</p>${CODE.test(error) ? markup`<p class="small"><code>${error}</code></p>` : undefined}`, { switchable: false }));
}

/** Asks whether to sign out. The library's form holds the secret that binds it to the session. */
export function signOutPage(ctx: KoaContextWithOIDC, form: string): void {
  const language = languageIn(ctx);
  const { signOut } = SIGN_IN_WORDS[language];
  const secret = /name="xsrf" value="([^"]*)"/.exec(form)?.[1] ?? '';
  send(ctx, signInPage(language, signOut.heading, markup`
<form method="post" action="${ctx.oidc.urlFor('end_session_confirm')}" accept-charset="utf-8">
<input type="hidden" name="xsrf" value="${secret}">
<p>${signOut.text}</p>
<button type="submit" name="logout" value="yes">${signOut.yes}</button>
<button type="submit" class="quiet">${signOut.no}</button>
</form>`, { switchable: false }), afterSignOut(ctx));
}

export function goodbyePage(ctx: KoaContextWithOIDC): void {
  const language = languageIn(ctx);
  const { heading, text } = SIGN_IN_WORDS[language].notices.signedOut;
  send(ctx, signInPage(language, heading, markup`<p class="notice">${text}</p>`, { switchable: false }));
}

/** In the place of the library's page that sends itself off by a script: the same form, with a button. */
export function onwardPage(ctx: KoaContextWithOIDC, secret: string): void {
  const language = languageIn(ctx);
  const { onward, signOut } = SIGN_IN_WORDS[language];
  // Either another account takes the place of one that is signed in, or somebody signs out whose session has ended by itself.
  const { heading, text } = ctx.oidc.route === 'end_session' ? { heading: signOut.heading, text: signOut.nobody } : onward;
  send(ctx, signInPage(language, heading, markup`
<form method="post" action="${ctx.oidc.urlFor('end_session_confirm')}" accept-charset="utf-8">
<input type="hidden" name="xsrf" value="${secret}">
<input type="hidden" name="logout" value="yes">
<p>${text}</p>
<button type="submit">${onward.go}</button>
</form>`, { switchable: false }), afterSignOut(ctx));
}

/** Where the answer to the form leads, as far as the policy of the page has to allow it: the app, in the end. */
function afterSignOut({ oidc }: KoaContextWithOIDC): readonly string[] {
  const { postLogoutRedirectUri } = (oidc.session?.state ?? {}) as { readonly postLogoutRedirectUri?: unknown };
  const then = oidc.params?.['redirect_uri'] ?? oidc.entities.Interaction?.params['redirect_uri'];
  return [postLogoutRedirectUri, then].filter((uri) => typeof uri === 'string');
}

function isResume(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc?.route === 'resume';
}

/** What the app asked for, or else the browser. */
function languageIn(ctx: KoaContextWithOIDC): Language {
  const asked = ctx.oidc?.params?.['ui_locales'];
  return typeof asked === 'string' ? languageOf(asked.replaceAll(' ', ',')) : languageOf(ctx.get('accept-language'));
}

function send(ctx: KoaContextWithOIDC, page: string, leadsTo: readonly string[] = []): void {
  for (const [name, value] of Object.entries(pageHeaders(leadsTo))) ctx.set(name, value);
  ctx.body = page;
}
