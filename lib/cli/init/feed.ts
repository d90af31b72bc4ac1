import type { Environment } from '../../config/environment.js';
import { type ResolvedSourceConfig, resolveSourceConfig } from '../../config/source-config.js';
import { filledConfig, filledSecrets } from '../capture/flag-config.js';
import { hiddenOf, secretsOf } from '../secrets.js';
import type { Plan } from './plan.js';

/**
 * The feed that a plan is about, as it is connected to; every credential in it, and what else is hidden when it is said back.
 *
 * @throws {ConfigError} when it has no address that can be connected to, or a variable is not set
 */
export function feedOf(
  plan: Plan,
  env: Environment,
): {
  readonly source: ResolvedSourceConfig;
  readonly secrets: readonly string[];
  readonly hidden: readonly string[];
} {
  const filled = filledConfig({ from: plan.url, subscribe: plan.subscribeMessages }, env);
  const config = { url: filled['from'], subscribe_messages: filled['subscribe'] };
  const source = resolveSourceConfig({ ...config, unbounded: true });
  const given = { url: plan.url, subscribe_messages: plan.subscribeMessages };
  return {
    source,
    secrets: secretsOf(source),
    hidden: hiddenOf(source, undefined, filledSecrets(given, config, env)),
  };
}
