import type { TransformConfig } from '../config/fields/transforms.js';
import { ExplodeStep } from '../transform/explode-step.js';
import { FieldsStep } from '../transform/fields-step.js';
import { FilterStep } from '../transform/filter-step.js';
import type { RecordStep } from '../transform/record-step.js';
import { RenameStep } from '../transform/rename-step.js';
import { SetStep } from '../transform/set-step.js';

/**
 * The transforms of a configuration, each as a step.
 *
 * @throws {ConfigError} when one cannot be made
 */
export function transformSteps(transforms: readonly TransformConfig[]): RecordStep[] {
  return transforms.map((transform, index) => stepOf(transform, `transforms[${index}].config`));
}

function stepOf(transform: TransformConfig, option: string): RecordStep {
  switch (transform.type) {
    case 'filter':
      return new FilterStep(transform.config, option);
    case 'select':
    case 'drop':
      return new FieldsStep(transform.type, transform.config.fields);
    case 'rename_field':
      return new RenameStep(transform.config.fields);
    case 'set':
      return new SetStep(transform.config.values, `${option}.values`);
    case 'explode': {
      const { on_missing: onMissing, ...config } = transform.config;
      return new ExplodeStep({ ...config, onMissing }, option);
    }
  }
}
