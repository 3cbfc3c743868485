package dev.dolmen.model.kernel;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Rounds numbers to bytes on the Vector API, to the bit as {@link ScalarKernels} does. */
final class VectorCodes {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);
  private static final VectorSpecies<Byte> BYTES =
      ByteVector.SPECIES_PREFERRED.withShape(
          VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

  private VectorCodes() {}

  static float byteCodes(float[] x, int xOffset, int n, byte[] codes, int at) {
    FloatVector largest = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      largest = Lanes.larger(largest, FloatVector.fromArray(SPECIES, x, xOffset + i).abs());
    }
    float max = Lanes.max(largest);
    for (; i < n; i++) {
      max = Math.max(max, Math.abs(x[xOffset + i]));
    }
    float factor = max == 0 ? 0 : ScalarKernels.CODE_MAX / max;
    // Fewer lanes have no shape of bytes.
    i = LANES < 8 ? 0 : writeCodes(x, xOffset, n, factor, codes, at);
    for (; i < n; i++) {
      codes[at + i] = ScalarKernels.code(x[xOffset + i], factor);
    }
    return max / ScalarKernels.CODE_MAX;
  }

  /** Whole vectors of codes; returns how many that are. */
  private static int writeCodes(float[] x, int xOffset, int n, float factor, byte[] codes, int at) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xOffset + i)
          .mul(factor)
          .add(ScalarKernels.CODE_MAX + 1.5f)
          .convertShape(VectorOperators.F2I, INTS, 0)
          .reinterpretAsInts()
          .sub(ScalarKernels.CODE_MAX + 1)
          .castShape(BYTES, 0)
          .reinterpretAsBytes()
          .intoArray(codes, at + i);
    }
    return i;
  }
}
