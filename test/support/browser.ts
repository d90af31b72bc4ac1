import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { deadline } from './until.js';

const EXECUTABLE = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** Why what is tried in a browser is left out; `false` where it is not. @throws {Error} where it was asked for */
export const noBrowser: string | false = whyNone();

/** A page that is open, and what its console has said of errors. */
export interface OpenPage {
  readonly page: Page;
  readonly errors: string[];
}

/** How a page is looked at. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  /** Errors of the console that a test expects. */
  readonly expected?: RegExp;
}

/** Opens a page in Chromium. When the test ends it is closed, and there must have been no error. */
export async function openPage(t: TestContext, url: string, look: Look = {}): Promise<OpenPage> {
  const { width = 1_280, height = 900, colorScheme = 'light', expected } = look;
  const context = await (await chromium()).newContext({ viewport: { width, height }, colorScheme });
  context.setDefaultTimeout(LONGEST_MS);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  t.after(async () => {
    await context.close();
    assert.deepEqual(
      errors.filter((text) => !SERVER_GONE.test(text) && expected?.test(text) !== true),
      [],
    );
  });
  await page.goto(url);
  return { page, errors };
}

/**
 * Waits, frame by frame of the page, until `holds` says yes: the page has its time in between, also on a busy machine.
 *
 * @throws {Error} after some minutes, with what it waited for
 */
export async function shows(page: Page, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUp = deadline(() => String(holds), LONGEST_MS);
  while (!(await holds())) {
    giveUp();
    await page.evaluate('new Promise(requestAnimationFrame)');
  }
}

/** To be called when all tests of a file are over. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** One for all tests of a process. */
async function chromium(): Promise<Browser> {
  browser ??= (async () => {
    const { chromium: kind } = await import('playwright-core');
    // In a container there is no sandbox of its own for root, and little shared memory.
    const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
    return kind.launch({ executablePath: EXECUTABLE!, args, timeout: LONGEST_MS });
  })();
  return browser;
}

let browser: Promise<Browser> | undefined;

function whyNone(): string | false {
  if (EXECUTABLE !== undefined) return false;
  const missing = 'no Chromium is installed: on Debian it is the package `chromium`';
  if (process.env['SPILLWAY_CHROMIUM'] === '1') {
    throw new Error(`SPILLWAY_CHROMIUM=1 asks for the tests of the live view in a browser, but ${missing}.`);
  }
  return `${missing}. The live view is not tried in a browser`;
}

/** The server of a test ends before its page, and tells nothing of that. */
const SERVER_GONE = /net::ERR_/;
/** Far more than anything takes. */
const LONGEST_MS = 240_000;
