package dev.dolmen.server.config;

import static java.util.Objects.requireNonNullElse;

import dev.dolmen.parameterstore.range.NumberRange;
import dev.dolmen.parameterstore.schema.AdmissionOptions;
import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.KnotScale;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.RowSegment;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Coefficients;
import java.util.List;
import java.util.Locale;

/** Reads the section {@code schema}. */
final class SchemaReader {
  private static final SparseOptimizerOptions DEFAULT_OPTIMIZER =
      new SparseOptimizerOptions(SparseOptimizerOptions.Kind.ROW_WISE_ADAGRAD, 0.1f, 0.1f, 0, 0);

  private static final int DEFAULT_KNOTS = 16;
  private static final double DEFAULT_KNOT_STEP = 0.5;

  /** Floats that a vector becomes: as many as a text. */
  static final int DEFAULT_WIDTH = 32;

  private static final List<String> NOT_OF_VECTORS =
      List.of(
          "levels",
          "max_tokens",
          "knot_scale",
          "knot_step",
          "knots",
          "occurrence_threshold",
          "admission",
          "ttl",
          "max_rows",
          "max_bytes",
          "storage",
          "segments",
          "optimizer",
          "initial_std_dev");

  private SchemaReader() {}

  static Schema read(ConfigSection s) {
    return new Schema(s.sections("slots", SchemaReader::slot));
  }

  /**
   * A slot with nothing but name and kind given: what the documentation calls its defaults. Of any
   * kind but vector, which has no default for its dimension.
   */
  static Slot defaults(String name, SlotKind kind) {
    return new Slot(
        name,
        kind,
        false,
        kind == SlotKind.CATEGORY_PATH ? 3 : 1,
        kind == SlotKind.TOKENS || kind == SlotKind.TEXT ? 32 : 1,
        KnotOptions.NONE,
        new RowOptions(
            defaultDim(kind), defaultThreshold(kind), 0, 1_000_000, DEFAULT_OPTIMIZER, 0.05f));
  }

  private static int defaultDim(SlotKind kind) {
    return switch (kind) {
      case ID -> 64;
      case CATEGORY, CATEGORY_PATH, TOKENS, TEXT -> 32;
      case NUMBER, AGE, CONTEXT -> 8;
      case VECTOR -> throw new IllegalArgumentException(kind + " has no rows");
    };
  }

  private static int defaultThreshold(SlotKind kind) {
    return switch (kind) {
      case ID, TEXT -> 2;
      case CATEGORY, CATEGORY_PATH, TOKENS, NUMBER, AGE, VECTOR, CONTEXT -> 1;
    };
  }

  private static Slot slot(ConfigSection s) {
    String name = s.requiredText("name");
    SlotKind kind = s.choice("kind", SlotKind.class, null);
    if (kind == SlotKind.VECTOR) {
      return vector(s, name);
    }
    s.refuse("width", "only a slot of kind vector has one: see dimension");
    Slot d = defaults("x", kind);
    boolean required = false;
    if (kind == SlotKind.CONTEXT || kind == SlotKind.ID) {
      s.refuse("required", "has no meaning for kind " + kind.name().toLowerCase(Locale.ROOT));
    } else {
      required = s.flag("required", d.required());
    }
    int levels = d.levels();
    if (kind == SlotKind.CATEGORY_PATH) {
      levels = s.integer("levels", d.levels(), Slot.LEVELS);
    } else {
      s.refuse("levels", "only a slot of kind category_path has levels");
    }
    int maxTokens = d.maxTokens();
    if (kind == SlotKind.TOKENS || kind == SlotKind.TEXT) {
      maxTokens = s.integer("max_tokens", d.maxTokens(), Slot.MAX_TOKENS);
    } else {
      s.refuse("max_tokens", "only slots of kind tokens and text have several");
    }
    KnotOptions knots = kind == SlotKind.NUMBER ? knots(s) : noKnots(s);
    return new Slot(name, kind, required, levels, maxTokens, knots, rows(s, d.rows()));
  }

  /** Of a vector nothing is looked up, so that it has neither rows nor what is said of them. */
  private static Slot vector(ConfigSection s, String name) {
    for (String key : NOT_OF_VECTORS) {
      s.refuse(key, "has no meaning for kind vector, which has no rows");
    }
    return Slot.vector(
        name,
        s.flag("required", false),
        s.requiredInteger("dimension", Slot.DIMENSION),
        s.integer("width", DEFAULT_WIDTH, RowOptions.DIM));
  }

  /** What {@code knot_scale} can say. */
  private enum Knots {
    QUANTILES,
    LOG,
    LINEAR
  }

  private static KnotOptions knots(ConfigSection s) {
    Knots kind = s.choice("knot_scale", Knots.QUANTILES);
    if (kind == Knots.QUANTILES) {
      s.refuse("knot_step", "has no meaning for knot_scale quantiles: see knots");
      return new KnotOptions.Quantiles(s.integer("knots", DEFAULT_KNOTS, KnotOptions.QUANTILES));
    }
    s.refuse("knots", "only knot_scale quantiles has a number of knots");
    return new KnotOptions.Even(
        kind == Knots.LOG ? KnotScale.LOG : KnotScale.LINEAR,
        s.number("knot_step", DEFAULT_KNOT_STEP, KnotOptions.STEP));
  }

  private static KnotOptions noKnots(ConfigSection s) {
    for (String key : List.of("knot_scale", "knot_step", "knots")) {
      s.refuse(key, "only a slot of kind number has knots");
    }
    return KnotOptions.NONE;
  }

  private static RowOptions rows(ConfigSection s, RowOptions d) {
    return new RowOptions(
        admission(s, d.admission().threshold()),
        s.seconds("ttl", 0, RowOptions.TTL_SEC),
        s.count("max_rows", d.maxRows(), RowOptions.ROWS),
        s.bytesOrNone("max_bytes", d.maxBytes(), RowOptions.BYTES),
        s.choice("storage", d.storage()),
        segments(s, d.segments().getFirst()));
  }

  /** Dimension, optimiser and deviation of the whole row, or of each of its parts. */
  private static List<RowSegment> segments(ConfigSection s, RowSegment whole) {
    if (!s.has("segments")) {
      return List.of(segment(s, whole.name(), whole));
    }
    for (String key : List.of("dimension", "optimizer", "initial_std_dev")) {
      s.refuse(key, "stands in each of the segments where there are any");
    }
    return s.sections(
        "segments",
        part -> {
          String name = part.requiredText("name");
          return segment(part, name.isEmpty() ? whole.name() : name, whole);
        });
  }

  private static RowSegment segment(ConfigSection s, String name, RowSegment d) {
    return new RowSegment(
        name,
        s.integer("dimension", d.dim(), RowOptions.DIM),
        requireNonNullElse(s.section("optimizer", SchemaReader::optimizer), DEFAULT_OPTIMIZER),
        s.decimal("initial_std_dev", d.initialStdDev(), RowSegment.INITIAL_STD_DEV));
  }

  /** What the shared keys of {@code admission} mean. */
  private enum AdmissionKind {
    OCCURRENCES,
    PROBABILISTIC
  }

  /** {@code occurrence_threshold} is short for an admission by occurrences. */
  private static AdmissionOptions admission(ConfigSection s, int threshold) {
    AdmissionOptions.Occurrences byDefault = new AdmissionOptions.Occurrences(threshold);
    if (!s.has("admission")) {
      return new AdmissionOptions.Occurrences(
          s.integer("occurrence_threshold", threshold, AdmissionOptions.THRESHOLD));
    }
    s.refuse("occurrence_threshold", "stands in admission.threshold where there is an admission");
    return requireNonNullElse(
        s.section("admission", section -> admissionKeys(section, threshold)), byDefault);
  }

  private static AdmissionOptions admissionKeys(ConfigSection s, int byDefault) {
    AdmissionKind kind = s.choice("kind", AdmissionKind.OCCURRENCES);
    int threshold = s.integer("threshold", byDefault, AdmissionOptions.THRESHOLD);
    if (kind == AdmissionKind.PROBABILISTIC) {
      return new AdmissionOptions.Probabilistic(threshold, s.flag("equal_probability", false));
    }
    s.refuse("equal_probability", "has no meaning for kind occurrences");
    return new AdmissionOptions.Occurrences(threshold);
  }

  private static SparseOptimizerOptions optimizer(ConfigSection s) {
    SparseOptimizerOptions d = DEFAULT_OPTIMIZER;
    SparseOptimizerOptions.Kind kind = s.choice("kind", d.kind());
    float weightDecay =
        s.decimal("weight_decay", d.weightDecay(), SparseOptimizerOptions.WEIGHT_DECAY);
    if (weightDecay > 0 && isFtrl(kind)) {
      s.reject("weight_decay", "must be 0 for " + name(kind) + ", whose l2 does the same");
      weightDecay = 0;
    }
    return new SparseOptimizerOptions(
        kind,
        s.decimal("learning_rate", d.learningRate(), SparseOptimizerOptions.LEARNING_RATE),
        s.decimal(
            "initial_accumulator",
            d.initialAccumulator(),
            SparseOptimizerOptions.INITIAL_ACCUMULATOR),
        s.decimal("clip_norm", d.clipNorm(), SparseOptimizerOptions.CLIP_NORM),
        weightDecay,
        coefficients(s, kind),
        warmUpSteps(s, kind));
  }

  private static int warmUpSteps(ConfigSection s, SparseOptimizerOptions.Kind kind) {
    if (isFtrl(kind)) {
      s.refuse("warm_up_steps", "has no meaning for kind " + name(kind));
      return 0;
    }
    return s.integer(
        "warm_up_steps", DEFAULT_OPTIMIZER.warmUpSteps(), SparseOptimizerOptions.WARM_UP_STEPS);
  }

  /** Each rule takes the coefficients that it reads; the others are refused. */
  private static Coefficients coefficients(ConfigSection s, SparseOptimizerOptions.Kind kind) {
    Coefficients d = Coefficients.DEFAULT;
    boolean adam =
        kind == SparseOptimizerOptions.Kind.ADAM || kind == SparseOptimizerOptions.Kind.AMS_GRAD;
    boolean momentum = adam || kind == SparseOptimizerOptions.Kind.MOMENTUM;
    boolean square = adam || kind == SparseOptimizerOptions.Kind.RMS_PROP;
    boolean group = kind == SparseOptimizerOptions.Kind.GROUP_FTRL;
    return new Coefficients(
        coefficient(s, "momentum", kind, momentum, d.momentum(), Coefficients.SHARE),
        coefficient(s, "square_decay", kind, square, d.squareDecay(), Coefficients.SHARE),
        coefficient(s, "l1", kind, isFtrl(kind), d.l1(), Coefficients.PENALTY),
        coefficient(s, "l2", kind, isFtrl(kind), d.l2(), Coefficients.PENALTY),
        coefficient(s, "group_l1", kind, group, d.groupL1(), Coefficients.PENALTY),
        accumulatorHalfLife(s, kind));
  }

  private static int accumulatorHalfLife(ConfigSection s, SparseOptimizerOptions.Kind kind) {
    int byDefault = Coefficients.DEFAULT.accumulatorHalfLifeSteps();
    if (!kind.isAdagrad()) {
      s.refuse("accumulator_half_life_steps", "has no meaning for kind " + name(kind));
      return byDefault;
    }
    return s.integer("accumulator_half_life_steps", byDefault, Coefficients.HALF_LIFE_STEPS);
  }

  private static float coefficient(
      ConfigSection s,
      String key,
      SparseOptimizerOptions.Kind kind,
      boolean read,
      float byDefault,
      NumberRange range) {
    if (!read) {
      s.refuse(key, "has no meaning for kind " + name(kind));
      return byDefault;
    }
    return s.decimal(key, byDefault, range);
  }

  private static boolean isFtrl(SparseOptimizerOptions.Kind kind) {
    return kind == SparseOptimizerOptions.Kind.FTRL
        || kind == SparseOptimizerOptions.Kind.GROUP_FTRL;
  }

  private static String name(SparseOptimizerOptions.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
