package dev.dolmen.evaluation.tune;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.SplittableRandom;

/** The values that a key can take in a search. */
sealed interface Domain {
  /** One of them, as it stands in a configuration. */
  String draw(SplittableRandom random);

  /** All of them, for a person. */
  String describe();

  /**
   * Some values, each as likely.
   *
   * @param values as they stand in a configuration
   */
  record Choice(List<String> values) implements Domain {
    /** Some values. */
    static Choice of(String... values) {
      return new Choice(List.of(values));
    }

    @Override
    public String draw(SplittableRandom random) {
      return values.get(random.nextInt(values.size()));
    }

    @Override
    public String describe() {
      return String.join(", ", values);
    }
  }

  /**
   * Numbers of two digits, evenly on a logarithm.
   *
   * @param min the least, above 0
   * @param max the largest
   */
  record LogRange(double min, double max) implements Domain {
    private static final MathContext DIGITS = new MathContext(2, RoundingMode.HALF_EVEN);

    @Override
    public String draw(SplittableRandom random) {
      double drawn = min * Math.pow(max / min, random.nextDouble());
      return plain(new BigDecimal(Math.clamp(drawn, min, max)).round(DIGITS));
    }

    @Override
    public String describe() {
      return plain(BigDecimal.valueOf(min)) + " to " + plain(BigDecimal.valueOf(max));
    }
  }

  /** A number as people write it: 0.003, 8, 0.1. */
  static String plain(BigDecimal number) {
    return number.stripTrailingZeros().toPlainString();
  }
}
