package dev.dolmen.parameterstore.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Coefficients;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Kind;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The update rules against PyTorch's numbers: 1,000 random steps on one row.
 *
 * <p>{@code torch.optim} is Python and not in reach of the JVM; what is in reach is libtorch's
 * tensor arithmetic. So each rule is written as the tensor operations that torch.optim's
 * documentation gives for it (torch 2.7: SGD with momentum, dampening 0 and nesterov off; Adagrad
 * with {@code initial_accumulator_value}; RMSprop not centred, without momentum; Adam with and
 * without {@code amsgrad}), which libtorch computes in float32. Where ours means something else, it
 * is said beside the rule.
 */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the build has PyTorch's library, of 100 MB, for one platform")
class PyTorchOptimizerTest {
  private static final int DIM = 64;
  private static final int STEPS = 1_000;
  private static final float RATE = 0.05f;
  private static final float ACCUMULATOR = 0.1f;
  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.99f;

  @BeforeAll
  static void offline() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    // Unpacked here, not in the home directory.
    System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
    assertThat(Engine.getInstance().getEngineName()).isEqualTo("PyTorch");
  }

  @ParameterizedTest
  @EnumSource(names = {"SGD", "MOMENTUM", "ADAGRAD", "RMS_PROP", "ADAM", "AMS_GRAD"})
  void aThousandStepsAgree(Kind kind) {
    SparseOptimizerOptions options =
        new SparseOptimizerOptions(
            kind, RATE, ACCUMULATOR, 0, 0, new Coefficients(BETA1, BETA2, 0, 0, 0, 0));
    SplittableRandom random = new SplittableRandom(kind.name().length());
    float[] weights = gaussian(random);
    float[] state = new float[RowState.floats(kind, DIM)];
    RowState.fill(options, weights, state);
    ScalarRowOptimizer ours = new ScalarRowOptimizer(options);
    try (NDManager manager = NDManager.newBaseManager()) {
      TorchRule torch = new TorchRule(kind, manager, weights);
      for (int step = 1; step <= STEPS; step++) {
        float[] gradient = gaussian(random);
        assertThat(ours.step(weights, state, gradient, 0)).isTrue();
        torch.step(gradient, step);
      }
      float[] expected = torch.weights.toFloatArray();
      double moved = 0;
      for (int i = 0; i < DIM; i++) {
        moved += Math.abs(expected[i]);
        assertThat(weights[i])
            .as("%s weight %d", kind, i)
            .isCloseTo(expected[i], within(2e-4f * Math.max(1, Math.abs(expected[i]))));
      }
      assertThat(moved / DIM).as("mean weight").isGreaterThan(0.01);
    }
  }

  private static float[] gaussian(SplittableRandom random) {
    float[] values = new float[DIM];
    for (int i = 0; i < DIM; i++) {
      values[i] = (float) (0.3 * random.nextGaussian());
    }
    return values;
  }

  /** A parameter and its optimiser's state as tensors. */
  private static final class TorchRule {
    private final Kind kind;
    private final NDManager manager;
    final NDArray weights;
    private final NDArray mean;
    private final NDArray square;
    private final NDArray largest;

    TorchRule(Kind kind, NDManager manager, float[] weights) {
      this.kind = kind;
      this.manager = manager;
      this.weights = manager.create(weights);
      mean = manager.zeros(this.weights.getShape());
      square = manager.zeros(this.weights.getShape());
      largest = manager.zeros(this.weights.getShape());
      if (kind == Kind.ADAGRAD) {
        square.addi(ACCUMULATOR);
      }
    }

    void step(float[] gradient, int step) {
      try (NDManager scratch = manager.newSubManager()) {
        NDArray g = scratch.create(gradient);
        weights.subi(direction(g, step).mul(RATE));
      }
    }

    private NDArray direction(NDArray g, int step) {
      return switch (kind) {
        case SGD -> g;
        // buf = momentum * buf + g; w -= lr * buf.
        case MOMENTUM -> mean.muli(BETA1).addi(g);
        // sum += g²; w -= lr * g / (sqrt(sum) + 1e-10).
        case ADAGRAD -> g.div(square.addi(g.square()).sqrt().add(1e-10f));
        // avg = alpha * avg + (1 - alpha) * g²; w -= lr * g / (sqrt(avg) + 1e-8).
        case RMS_PROP -> g.div(decayed(g).sqrt().add(1e-8f));
        case ADAM -> adam(g, decayed(g), step);
        case AMS_GRAD -> {
          NDArray most = largest.maximum(decayed(g));
          largest.muli(0).addi(most);
          yield adam(g, most, step);
        }
        case ROW_WISE_ADAGRAD, FTRL, GROUP_FTRL -> throw new AssertionError(kind);
      };
    }

    private NDArray decayed(NDArray g) {
      return square.muli(BETA2).addi(g.square().mul(1 - BETA2));
    }

    /** m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + 1e-8). */
    private NDArray adam(NDArray g, NDArray v, int step) {
      NDArray m = mean.muli(BETA1).addi(g.mul(1 - BETA1));
      NDArray root = v.div(1 - Math.pow(BETA2, step)).sqrt().add(1e-8f);
      return m.div(1 - Math.pow(BETA1, step)).div(root);
    }
  }
}
