package dev.dolmen.parameterstore.schema;

/** How a row's weights are kept between two steps; optimiser state is always in floats. */
public enum WeightStorage {
  /** As floats, 4 bytes each. */
  FP32,
  /** The upper half of a float, 2 bytes: 8 bits of exponent, 8 of precision. */
  BF16,
  /** -127 to 127 times a scale of the row, 1 byte, and 4 for the scale. */
  INT8
}
