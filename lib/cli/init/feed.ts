import type { Environment } from '../../config/environment.js';
import { type ResolvedSourceConfig, resolveSourceConfig } from '../../config/source-config.js';
import { filledConfig } from '../capture/flag-config.js';
import { secretsOf } from '../secrets.js';
import type { Plan } from './plan.js';

/**
 * The feed that a plan is about, as it is connected to, and every credential in it.
 *
 * @throws {ConfigError} when it has no address that can be connected to, or a variable is not set
 */
export function feedOf(
  plan: Plan,
  env: Environment,
): { readonly source: ResolvedSourceConfig; readonly secrets: readonly string[] } {
  const filled = filledConfig({ from: plan.url, subscribe: plan.subscribeMessages }, env);
  const source = resolveSourceConfig({
    url: filled['from'],
    subscribe_messages: filled['subscribe'],
    unbounded: true,
  });
  return { source, secrets: secretsOf(source) };
}
