package dev.dolmen.trainer.alternatives;

import dev.dolmen.parameterstore.random.MixedBits;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import net.openhft.hashing.LongHashFunction;

/**
 * An experiment: visits are divided among arms by a hash of the visit's id and the experiment's
 * name. So an id always meets the same arm, on every server and after every restart, as long as
 * name and shares stay; another name draws again.
 *
 * @param name of the experiment, as of an arm; empty if there is none
 * @param arms 2 to 16, the first being what the others are compared with; none without an
 *     experiment
 */
public record ExperimentOptions(String name, List<Arm> arms) {
  /** Parts into which visits are divided to tell how much figures vary. */
  public static final int BUCKETS = 64;

  private static final int MAX_ARMS = 16;
  private static final double SUM_TOLERANCE = 1e-6;

  /** No experiment. */
  public static final ExperimentOptions NONE = new ExperimentOptions("", List.of());

  public ExperimentOptions {
    arms = List.copyOf(arms);
    if (!arms.isEmpty()) {
      checkArms(arms);
      if (!name.matches(Arm.NAME)) {
        throw new IllegalArgumentException("name: \"" + name + "\", expected " + Arm.NAME_FORM);
      }
    }
  }

  private static void checkArms(List<Arm> arms) {
    if (arms.size() < 2 || arms.size() > MAX_ARMS) {
      throw new IllegalArgumentException("arms: " + arms.size() + ", expected 2 to " + MAX_ARMS);
    }
    Set<String> names = new HashSet<>();
    for (Arm arm : arms) {
      if (!names.add(arm.name())) {
        throw new IllegalArgumentException(
            "arms: \"" + arm.name() + "\" is given twice, expected distinct names");
      }
    }
    double sum = arms.stream().mapToDouble(Arm::share).sum();
    if (Math.abs(sum - 1) > SUM_TOLERANCE) {
      String terms =
          arms.stream().map(arm -> Double.toString(arm.share())).collect(Collectors.joining(" + "));
      throw new IllegalArgumentException(
          "arms: shares " + terms + " = " + (float) sum + ", expected a sum of 1");
    }
  }

  /** Whether there is one. */
  public boolean runs() {
    return !arms.isEmpty();
  }

  /** The number that decides for a visit: uniform, by id and experiment. */
  public long unit(String id) {
    long salt = LongHashFunction.xx3().hashBytes(name.getBytes(StandardCharsets.UTF_8));
    return LongHashFunction.xx3(salt).hashBytes(id.getBytes(StandardCharsets.UTF_8));
  }

  /** Index of the arm of a {@link #unit}; its upper bits decide. */
  public int arm(long unit) {
    double at = MixedBits.fraction(unit);
    double end = 0;
    for (int i = 0; i < arms.size() - 1; i++) {
      end += arms.get(i).share();
      if (at < end) {
        return i;
      }
    }
    return lastWithShare();
  }

  /** Sums that do not come out even must not lead to an arm that nobody is to meet. */
  private int lastWithShare() {
    int last = arms.size() - 1;
    while (last > 0 && arms.get(last).share() == 0) {
      last--;
    }
    return last;
  }

  /** The part of the visits that a {@link #unit} belongs to; its lower bits decide. */
  public static int bucket(long unit) {
    return (int) (unit & (BUCKETS - 1));
  }
}
