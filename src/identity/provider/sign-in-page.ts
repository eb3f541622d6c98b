import { createHash } from 'node:crypto';
import type { Language } from '../../kernel/problem';
import { Markup, markup } from '../../platform/http/markup';
import { SIGN_IN_WORDS, type SignInWords } from './sign-in-words';

// System fonts and colours of enough contrast; targets a thumb can hit; nothing to be fetched.
const STYLE = `
:root{color-scheme:light}
body{margin:0;background:#f4f5f7;color:#1c2430;font:1rem/1.6 system-ui,-apple-system,"PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:26rem;margin:0 auto;padding:1rem}
header{display:flex;justify-content:space-between;align-items:center;color:#4a5568}
header a{padding:.6rem;color:#0b57a4}
h1{font-size:1.35rem;margin:.5rem 0 1rem}
form,.notice{background:#fff;border:1px solid #d5dae1;border-radius:.5rem;padding:1rem;margin:0 0 .75rem}
form p{margin:0 0 .75rem}
label{display:block;font-weight:600;margin:.75rem 0 .25rem}
input{box-sizing:border-box;width:100%;min-height:2.75rem;font:inherit;padding:.5rem;border:1px solid #6b7685;border-radius:.35rem}
button{width:100%;min-height:3rem;margin-top:1rem;font:inherit;font-weight:600;color:#fff;background:#0b57a4;border:1px solid #0b57a4;border-radius:.5rem}
button.quiet{color:#0b57a4;background:#fff}
.key{font-family:ui-monospace,monospace;font-size:1.1rem;overflow-wrap:anywhere;user-select:all}
.alert{border-left:.3rem solid #b42318;color:#8a1c13;padding:.5rem .75rem;background:#fff}
:focus-visible{outline:3px solid #f0a020;outline-offset:2px}
.small{font-size:.875rem;color:#4a5568}
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const ORIGIN = /^https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?$/;
const SCHEME = /^[a-z][a-z0-9+.-]*:$/;

/** What a page of signing in needs to come back. */
export interface Sheet {
  readonly language: Language;
  /** Binds the form to the sign-in that it belongs to. */
  readonly seal: string;
  /** Something was wrong with what was sent. */
  readonly alert?: string | undefined;
}

/**
 * Nothing runs, nothing is fetched, nobody frames it; a form goes back to where it came from, and what answers it may lead to the app and nowhere else: browsers hold a
 * redirect to the policy of the page that the form was on.
 */
export function pageHeaders(leadsTo: readonly string[] = []): Readonly<Record<string, string>> {
  const origins = [...new Set(leadsTo.flatMap((uri): string[] => {
    const url = URL.parse(uri);
    if (url === null) return [];
    const source = url.origin === 'null' ? url.protocol : url.origin;
    return ORIGIN.test(source) || SCHEME.test(source) ? [source] : [];
  }))];
  return {
    'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', 'x-robots-tag': 'noindex, nofollow', 'vary': 'accept-language, cookie',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action ${["'self'", ...origins].join(' ')}; base-uri 'none'; frame-ancestors 'none'`,
  };
}

/** The frame of every page. One that answers a question of the app's cannot be asked for in another language. */
export function signInPage(language: Language, heading: string, content: Markup, { switchable = true }: { readonly switchable?: boolean } = {}): string {
  const { lang, service, other } = SIGN_IN_WORDS[language];
  return markup`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${heading} · ${service}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
<header><span>${service}</span>${switchable ? markup`<a href="?lang=${other.language}" lang="${other.lang}" hreflang="${other.lang}" rel="nofollow">${other.name}</a>` : undefined}</header>
<h1>${heading}</h1>
${content}
</main>
</body>
</html>
`.text;
}

export function passwordPage(sheet: Sheet, login: string): string {
  const { signIn: words } = SIGN_IN_WORDS[sheet.language];
  return signInPage(sheet.language, words.heading, form(sheet, markup`
<label for="login">${words.login}</label>
<input id="login" name="login" value="${login}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="64" required>
<label for="password">${words.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="128" required>
<button type="submit">${words.go}</button>
<p class="small">${words.forgotten}</p>`));
}

export function codePage(sheet: Sheet): string {
  const { code: words } = SIGN_IN_WORDS[sheet.language];
  return signInPage(sheet.language, words.heading, form(sheet, markup`
${codeField(words.code)}
<button type="submit">${words.go}</button>
<p class="small">${words.lost}</p>`));
}

export function newPasswordPage(sheet: Sheet): string {
  const { password: words } = SIGN_IN_WORDS[sheet.language];
  return signInPage(sheet.language, words.heading, form(sheet, markup`
<p>${words.why}</p>
<p class="small">${words.rule}</p>
<label for="chosen">${words.chosen}</label>
<input id="chosen" name="chosen" type="password" autocomplete="new-password" maxlength="128" required>
<label for="again">${words.again}</label>
<input id="again" name="again" type="password" autocomplete="new-password" maxlength="128" required>
<button type="submit">${words.go}</button>`));
}

export function enrolPage(sheet: Sheet, key: { readonly text: string; readonly link: string }): string {
  const { enrol: words } = SIGN_IN_WORDS[sheet.language];
  return signInPage(sheet.language, words.heading, form(sheet, markup`
<p>${words.why}</p>
<p>${words.steps}</p>
<p>${words.key}: <span class="key">${key.text}</span></p>
<p><a href="${key.link}">${words.open}</a></p>
${codeField(words.code)}
<button type="submit">${words.go}</button>`));
}

/** A page that only says something. */
export function signInNotice(name: keyof SignInWords['notices'], language: Language): string {
  const { heading, text } = SIGN_IN_WORDS[language].notices[name];
  return signInPage(language, heading, markup`<p class="notice">${text}</p>`, { switchable: false });
}

function codeField(label: string): Markup {
  return markup`<label for="code">${label}</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="12" required>`;
}

function form({ language, seal, alert }: Sheet, content: Markup): Markup {
  return markup`${alert === undefined ? undefined : markup`<p class="alert" role="alert">${alert}</p>`}
<form method="post" action="?lang=${language}" accept-charset="utf-8">
<input type="hidden" name="seal" value="${seal}">${content}
</form>`;
}
