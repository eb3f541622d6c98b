import { createHash } from 'node:crypto';
import type { Language } from '../../kernel/problem';
import { Markup, markup } from '../../platform/http/markup';
import type { LinkResponse, ToldResponse } from './links.dto';
import { PAGE_WORDS, type PageWords } from './link-words';

// System fonts and colours of enough contrast; targets a thumb can hit; nothing to be fetched.
const STYLE = `
:root{color-scheme:light}
body{margin:0;background:#f4f5f7;color:#1c2430;font:1rem/1.6 system-ui,-apple-system,"PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:40rem;margin:0 auto;padding:1rem}
header{display:flex;justify-content:space-between;align-items:center;color:#4a5568}
header a{padding:.6rem;color:#0b57a4}
h1{font-size:1.35rem;margin:.5rem 0 1rem}
h2{font-size:1.05rem;margin:1.5rem 0 .5rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem .75rem;margin:0}
dt{color:#4a5568}
dd{margin:0;overflow-wrap:anywhere}
ol{list-style:none;margin:0;padding:0}
li,form,.notice{background:#fff;border:1px solid #d5dae1;border-radius:.5rem;padding:.75rem 1rem;margin:0 0 .75rem}
.what{margin:0;color:#4a5568;font-size:.9rem}
.text{margin:.25rem 0 0;white-space:pre-line;overflow-wrap:anywhere}
.alert{border-left:.3rem solid #b42318;color:#8a1c13;padding:.5rem .75rem;background:#fff}
fieldset{border:0;margin:0;padding:0}
legend{font-weight:600;padding:0 0 .5rem}
label.choice{display:flex;gap:.75rem;align-items:center;min-height:2.75rem}
input{width:1.25rem;height:1.25rem;flex:none}
textarea{box-sizing:border-box;width:100%;font:inherit;padding:.5rem;border:1px solid #6b7685;border-radius:.35rem}
button{width:100%;min-height:3rem;margin-top:1rem;font:inherit;font-weight:600;color:#fff;background:#0b57a4;border:0;border-radius:.5rem}
:focus-visible{outline:3px solid #f0a020;outline-offset:2px}
.small{font-size:.875rem;color:#4a5568}
`;

/** Nothing runs, nothing is fetched, nobody frames it, and its one form goes back to where it came from. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex, nofollow', 'vary': 'accept, accept-language',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
};

/** What the link asks, as a form that works without any script. `incomplete` where the answer that was sent was none. */
export function questionPage(link: LinkResponse, zone: string, language: Language, incomplete = false): string {
  const words = PAGE_WORDS[language];
  const { heading, field, legend, choices, comment } = words.questions[link.purpose];
  return page(language, heading, markup`
<dl><dt>${words.number}</dt><dd>${link.number}</dd><dt>${words.title}</dt><dd>${link.title}</dd></dl>
<h2>${words.told}</h2>
<ol>${link.told.map((one) => toldItem(one, zone, words))}</ol>
${incomplete ? markup`<p class="alert" role="alert">${words.incomplete}</p>` : undefined}
<form method="post" action="?lang=${language}" accept-charset="utf-8">
<fieldset><legend>${legend}</legend>${choices.map(({ value, text }) => markup`
<label class="choice"><input type="radio" name="${field}" value="${value}" required> ${text}</label>`)}
</fieldset>
<p><label for="comment">${comment}</label></p>
<textarea id="comment" name="comment" rows="4" maxlength="1000"></textarea>
<button type="submit">${words.send}</button>
<p class="small">${words.once}</p>
</form>`);
}

/** A page that only says something. */
export function noticePage(notice: keyof PageWords['notices'], language: Language): string {
  const { heading, text } = PAGE_WORDS[language].notices[notice];
  return page(language, heading, markup`<p class="notice">${text}</p>`);
}

function page(language: Language, heading: string, content: Markup): string {
  const { lang, service, other } = PAGE_WORDS[language];
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
<header><span>${service}</span><a href="?lang=${other.language}" lang="${other.lang}" hreflang="${other.lang}" rel="nofollow">${other.name}</a></header>
<h1>${heading}</h1>
${content}
</main>
</body>
</html>
`.text;
}

function toldItem({ kind, outcome, text, at, department }: ToldResponse, zone: string, words: PageWords): Markup {
  const what = [words.kinds[kind], ...(outcome === null ? [] : [words.outcomes[outcome]]), ...(department === null ? [] : [department])].join(' · ');
  return markup`
<li><p class="what"><time datetime="${at}">${localTime(at, zone)}</time> · ${what}</p><p class="text">${text}</p></li>`;
}

/** `2026-03-02 09:30` on the park's clocks. */
function localTime(at: string, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(new Date(at));
}
