import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

// The package unpacks itself, and the few libraries that a bare machine lacks where it believes that it runs on a host without them.
const UNPACK = "import('@sparticuz/chromium').then(async ({ default: packed }) => { process.stdout.write(await packed.executablePath()); })";
const BARE_HOST = 'AWS_Lambda_nodejs24.x';

/** A real Chromium, out of a package of the registry: nothing is installed on the machine, and nothing of it is left. BROWSER_PATH names another. */
export interface TestBrowser {
  /** As a phone of a visitor who has no scripts. */
  phone(language: 'zh-CN' | 'en'): Promise<BrowserContext>;
  close(): Promise<void>;
}

export async function startChromium(): Promise<TestBrowser> {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-browser-'));
  const own = process.env['BROWSER_PATH'];
  const browser: Browser = await chromium.launch({ args: ['--no-sandbox', '--disable-gpu'], ...(own === undefined ? await unpack(folder) : { executablePath: own }) });
  return {
    phone: async (language) => browser.newContext({ locale: language, javaScriptEnabled: false, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }),
    close: async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function unpack(folder: string): Promise<{ executablePath: string; env: Record<string, string> }> {
  const { stdout: executablePath } = await promisify(execFile)(process.execPath, ['-e', UNPACK], { cwd: __dirname, env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: BARE_HOST } });
  // The fonts' own list names folders of that host. Without a font no text has a height, and nothing can be touched.
  const fonts = join(folder, 'fonts.conf');
  writeFileSync(fonts, `<?xml version="1.0"?><fontconfig><dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>`);
  return { executablePath, env: { HOME: folder, LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_FILE: fonts } };
}
