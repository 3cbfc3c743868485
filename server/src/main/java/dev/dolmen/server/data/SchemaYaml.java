package dev.dolmen.server.data;

import dev.dolmen.parameterstore.schema.AdmissionOptions;
import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import java.util.Locale;

/** Writes a schema as the section {@code schema} of the configuration file. */
public final class SchemaYaml {
  private SchemaYaml() {}

  /** The section with every option of every slot written out. */
  public static String write(Schema schema) {
    StringBuilder yaml = new StringBuilder("schema:\n  slots:\n");
    for (Slot slot : schema.slots()) {
      line(yaml, "  - name", quote(slot.name()));
      line(yaml, "    kind", lower(slot.kind()));
      if (slot.kind() != SlotKind.ID && slot.kind() != SlotKind.CONTEXT) {
        line(yaml, "    required", slot.required());
      }
      switch (slot.kind()) {
        case CATEGORY_PATH -> line(yaml, "    levels", slot.levels());
        case TOKENS, TEXT -> line(yaml, "    max_tokens", slot.maxTokens());
        case NUMBER -> knots(yaml, slot.knots());
        case VECTOR -> {
          line(yaml, "    dimension", slot.dimension());
          line(yaml, "    width", slot.rows().dim());
          continue;
        }
        case CATEGORY, AGE, ID, CONTEXT -> {}
      }
      line(yaml, "    dimension", slot.rows().dim());
      admission(yaml, slot.rows().admission());
      line(yaml, "    ttl", slot.rows().ttlSec() + "s");
      line(yaml, "    max_rows", slot.rows().maxRows());
      line(yaml, "    max_bytes", slot.rows().maxBytes() + "B");
      line(yaml, "    storage", lower(slot.rows().storage()));
      line(yaml, "    initial_std_dev", number(Float.toString(slot.rows().initialStdDev())));
      line(yaml, "    optimizer", "");
      line(yaml, "      kind", lower(slot.rows().optimizer().kind()));
      line(yaml, "      learning_rate", number(slot.rows().optimizer().learningRate()));
      line(yaml, "      initial_accumulator", number(slot.rows().optimizer().initialAccumulator()));
      if (slot.rows().optimizer().kind().isAdagrad()) {
        line(
            yaml,
            "      accumulator_half_life_steps",
            slot.rows().optimizer().coefficients().accumulatorHalfLifeSteps());
      }
      line(yaml, "      clip_norm", number(slot.rows().optimizer().clipNorm()));
      line(yaml, "      weight_decay", number(slot.rows().optimizer().weightDecay()));
      line(yaml, "      warm_up_steps", slot.rows().optimizer().warmUpSteps());
    }
    return yaml.toString();
  }

  private static void knots(StringBuilder yaml, KnotOptions knots) {
    switch (knots) {
      case KnotOptions.Quantiles quantiles -> {
        line(yaml, "    knot_scale", "quantiles");
        line(yaml, "    knots", quantiles.knots());
      }
      case KnotOptions.Even even -> {
        line(yaml, "    knot_scale", lower(even.scale()));
        line(yaml, "    knot_step", number(even.step()));
      }
    }
  }

  private static void admission(StringBuilder yaml, AdmissionOptions admission) {
    switch (admission) {
      case AdmissionOptions.Occurrences counted ->
          line(yaml, "    occurrence_threshold", counted.threshold());
      case AdmissionOptions.Probabilistic drawn -> {
        line(yaml, "    admission", "");
        line(yaml, "      kind", "probabilistic");
        line(yaml, "      threshold", drawn.threshold());
        line(yaml, "      equal_probability", drawn.equalProbability());
      }
    }
  }

  private static void line(StringBuilder yaml, String key, Object value) {
    yaml.append("  ").append(key).append(':');
    String text = value.toString();
    yaml.append(text.isEmpty() ? "" : " ").append(text).append('\n');
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String number(Object value) {
    String text = value.toString();
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  private static String quote(String name) {
    return name.matches("[A-Za-z_][A-Za-z0-9_]*")
        ? name
        : '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
