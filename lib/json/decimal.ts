/**
 * Whether two JSON numbers, as they are written, are the same: `1.0` is `1` and `1e0`. Integers are compared exactly, also
 * past 2^53; where one has a fraction, both are what `JSON.parse` makes of them.
 */
export function isSameNumber(a: string, b: string): boolean {
  if (a === b) return true;
  const [one, other] = [integerOf(a), integerOf(b)];
  if (one === undefined || other === undefined) return Number(a) === Number(b);
  return one.digits === other.digits && one.zeros === other.zeros && one.isNegative === other.isNegative;
}

/** A whole number as its digits without zeros at either end, and how many zeros follow them. */
interface Integer {
  readonly isNegative: boolean;
  readonly digits: string;
  readonly zeros: bigint;
}

function integerOf(text: string): Integer | undefined {
  const { sign, whole = '', fraction = '', exponent = '0' } = NUMBER.exec(text)?.groups ?? {};
  const written = (whole + fraction).replace(/^0+/, '');
  if (written === '') return { isNegative: false, digits: '', zeros: 0n };
  const digits = withoutZerosBehind(written);
  const zeros = BigInt(exponent) - BigInt(fraction.length) + BigInt(written.length - digits.length);
  return zeros < 0n ? undefined : { isNegative: sign === '-', digits, zeros };
}

function withoutZerosBehind(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}

const NUMBER = /^(?<sign>-?)(?<whole>\d+)(?:\.(?<fraction>\d+))?(?:[eE]\+?(?<exponent>-?\d+))?$/;
