package dev.dolmen.trainer.baseline;

/**
 * What a click of a session weighs by where it stands: the functions of V-SkNN and VMIS-kNN. {@code
 * fromEnd} is 1 for the last click.
 */
public enum PositionWeight {
  /** All alike. */
  SAME {
    @Override
    float weight(int fromEnd, int length) {
      return 1;
    }
  },
  /** Its number in the session as a share of the session's length: 1 for the last. */
  SHARE {
    @Override
    float weight(int fromEnd, int length) {
      return (float) (length - fromEnd + 1) / length;
    }
  },
  /** A tenth less for each place from the end, the last being at 0.9; nothing from the tenth on. */
  LINEAR {
    @Override
    float weight(int fromEnd, int length) {
      return fromEnd >= 10 ? 0 : (10 - fromEnd) / 10f;
    }
  },
  /** 1 / distance. */
  HARMONIC {
    @Override
    float weight(int fromEnd, int length) {
      return 1f / fromEnd;
    }
  },
  /** 1 / distance². */
  QUADRATIC {
    @Override
    float weight(int fromEnd, int length) {
      return 1f / ((float) fromEnd * fromEnd);
    }
  };

  /**
   * The weight, 0 to 1.
   *
   * @param fromEnd from 1 to {@code length}
   * @param length clicks of the session
   */
  abstract float weight(int fromEnd, int length);
}
