import type { Environment } from '../../config/placeholders/environment.js';
import { resolveSourceConfig } from '../../config/source-config.js';
import { ConfigError } from '../../errors.js';
import { filledConfig } from '../capture/flag-config.js';
import type { Configured } from '../exposure.js';
import type { Plan } from './plan.js';

/**
 * The feed that a plan is about, as it is connected to.
 *
 * @throws {ConfigError} when it has no address that can be connected to, or a variable is not set
 */
export function feedOf(plan: Plan, env: Environment): Configured {
  const { config, secrets, isHidden } = filledBy(plan, env);
  return { source: resolveSourceConfig({ ...config, unbounded: true }, { isHidden }), secrets };
}

/** The plan's placeholders filled; what is wrong is told by the flags of this command. */
function filledBy(plan: Parameters<typeof feedOf>[0], env: Environment): ReturnType<typeof filledConfig> {
  try {
    return filledConfig({ url: plan.url, subscribe_messages: plan.subscribeMessages }, { env });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.problems.map((problem) => ({ ...problem, path: FLAGS[problem.path] ?? problem.path })));
  }
}

const FLAGS: Readonly<Record<string, string>> = { URL: '--from', '--subscribe-messages': '--subscribe' };
