import { checkFilePath } from '../files/file-path.js';
import { addressProblem } from './address-rules.js';
import { type Finding, type Path, valueFinding } from './findings.js';
import { checkHeaderName, checkHeaders, checkHeaderValue } from './header-rules.js';

/** What is wrong with credentials beyond what their JSON Schema can say. Values of a wrong type pass; none is shown. */
export function checkAuth(auth: unknown, path: Path): Finding[] {
  if (!isRecord(auth) || !isRecord(auth['config'])) return [];
  const config = auth['config'];
  const at = (...keys: string[]): Path => [...path, 'config', ...keys];
  switch (auth['type']) {
    case 'bearer':
      return checkHeaderValue(config['token'], at('token'));
    case 'static':
      return checkStatic(config, at);
    case 'custom':
      return checkHeaders(config['headers'], at('headers'));
    case 'token_file':
      return [...checkHeaderName(config['header'], at('header')), ...checkHeaderValue(config['scheme'], at('scheme'))];
    case 'oauth2':
    case 'oauth2_refresh':
      return [
        ...checkEndpoint(config['token_url'], at('token_url')),
        ...oneOfTwo(config, 'scope', 'scopes', at),
        ...oneOfTwo(config, 'expiry_margin', 'expiry_ratio', at),
        ...(isRecord(config['persist']) ? checkFilePath(config['persist']['path'], at('persist', 'path')) : []),
      ];
    case 'token_endpoint':
      return checkTokenEndpoint(config, at);
    default:
      return [];
  }
}

function checkEndpoint(url: unknown, path: Path): Finding[] {
  const problem = typeof url === 'string' ? addressProblem(url, 'https://id.example.com/token') : undefined;
  return problem === undefined ? [] : [valueFinding(path, problem)];
}

type At = (...keys: string[]) => Path;

function checkStatic(config: Readonly<Record<string, unknown>>, at: At): Finding[] {
  const forms = ['token', 'header', 'username'].filter((key) => config[key] !== undefined);
  const isNone = forms.length === 0 && config['value'] === undefined && config['password'] === undefined;
  return [
    ...(isNone || forms.length > 1 ? [valueFinding(at(), ONE_FORM)] : []),
    ...checkHeaderValue(config['token'], at('token')),
    ...checkHeaderName(config['header'], at('header')),
    ...checkHeaderValue(config['value'], at('value')),
  ];
}

function checkTokenEndpoint(config: Readonly<Record<string, unknown>>, at: At): Finding[] {
  const { headers, body, encoding, apply_as: applyAs } = config;
  const given = isRecord(applyAs) ? applyAs : {};
  return [
    ...checkEndpoint(config['url'], at('url')),
    ...checkHeaders(headers, at('headers')),
    ...(encoding === 'form' && body !== undefined && !isForm(body) ? [valueFinding(at('body'), FLAT)] : []),
    ...checkHeaderName(given['header'], at('apply_as', 'header')),
    ...checkHeaderValue(given['template'], at('apply_as', 'template')),
    ...oneOfTwo(config, 'expires_path', 'expiry_path', at),
    ...oneOfTwo(config, 'expiry_margin', 'expiry_ratio', at),
  ];
}

function oneOfTwo(config: Readonly<Record<string, unknown>>, one: string, other: string, at: At): Finding[] {
  if (config[one] === undefined || config[other] === undefined) return [];
  return [{ path: at(other), at: 'key', message: `It does not go together with \`${one}\`. Remove one of the two.` }];
}

function isForm(body: unknown): boolean {
  return isRecord(body) && Object.values(body).every((value) => ['string', 'number', 'boolean'].includes(typeof value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const ONE_FORM = 'Expected one of three: `token`; `header` and `value`; or `username` and `password`.';
const FLAT =
  'Expected an object of texts, numbers and booleans, as `encoding: form` needs it, but found something else.';
