/**
 * The CRC-32 of two stretches of bytes, one behind the other, out of that of each: by multiplication modulo the polynomial, as
 * zlib's `crc32_combine()` does it. It takes a dozen multiplications, however long the second one is.
 */
export function combinedCrc(first: number, second: number, secondLength: number): number {
  return (multiplied(zeros(secondLength), first) ^ second) >>> 0;
}

/** x to the power of 8 times `bytes`, modulo the polynomial: what so many zero bytes do to a CRC. */
function zeros(bytes: number): number {
  let power = ONE;
  for (let left = bytes, bit = 0; left > 0; left = Math.floor(left / 2), bit++) {
    const square = (squares[bit] ??= bit === 0 ? X_TO_8 : multiplied(squares[bit - 1]!, squares[bit - 1]!));
    if (left % 2 === 1) power = multiplied(square, power);
  }
  return power;
}

/** The product of two polynomials, whose highest bit is that of x^0, modulo the polynomial. */
function multiplied(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= shifted;
    shifted = (shifted & 1) === 0 ? shifted >>> 1 : (shifted >>> 1) ^ POLYNOMIAL;
  }
  return product >>> 0;
}

/** x to the power of 8 times a power of two, as far as they were asked for. */
const squares: number[] = [];
/** x^0: the bits stand the other way round. */
const ONE = 0x80000000;
const X_TO_8 = 0x00800000;
/** That of IEEE 802.3, RFC 1952, section 8. */
const POLYNOMIAL = 0xedb88320;
