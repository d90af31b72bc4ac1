/** What of a bill of materials (CycloneDX) counts here. */
export interface Bill {
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

/**
 * What users get: of the bill of all that is installed here the packages that are installed with ours, and those that are a part
 * of it, which `licences` names, each as `name version` on a line of its own. To npm the latter are for development alone.
 */
export function shippedBill<B extends Bill>(all: B, licences: string): B {
  const within = new Set(licences.split('\n'));
  const components = all.components.filter(
    ({ name, version, properties = [] }) =>
      within.has(`${name} ${version}`) || !properties.some((property) => property.name === DEVELOPMENT),
  );
  const left = new Set(
    all.components.filter((component) => !components.includes(component)).map((component) => component['bom-ref']),
  );
  const dependencies = all.dependencies
    .filter(({ ref }) => !left.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => !left.has(other)) }));
  return { ...all, components, dependencies };
}

const DEVELOPMENT = 'cdx:npm:package:development';
