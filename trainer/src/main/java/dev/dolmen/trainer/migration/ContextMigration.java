package dev.dolmen.trainer.migration;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Contexts of visits as other context slots have them: each column goes by the name of its slot.
 * Contexts that sessions share stay shared. One thread.
 */
final class ContextMigration implements UnaryOperator<@Nullable Features> {
  /** For each column its place among those of then, or -1. */
  private final int[] places;

  private final Map<Features, Features> made = new HashMap<>();

  private ContextMigration(int[] places) {
    this.places = places;
  }

  /**
   * From one schema's to another's.
   *
   * @param before names of the context slots of then, in their order
   * @return null if they are the same
   */
  static @Nullable ContextMigration of(List<String> before, Schema now) {
    List<String> names =
        now.slots().stream()
            .filter(slot -> slot.kind() == SlotKind.CONTEXT)
            .map(Slot::name)
            .toList();
    return names.equals(before)
        ? null
        : new ContextMigration(names.stream().mapToInt(before::indexOf).toArray());
  }

  @Override
  public @Nullable Features apply(@Nullable Features context) {
    return context == null ? null : nullIfEmpty(made.computeIfAbsent(context, this::moved));
  }

  /** A context without values is none. */
  private static @Nullable Features nullIfEmpty(Features context) {
    return context.fids().length == 0 ? null : context;
  }

  private Features moved(Features context) {
    int[] starts = context.columnStart();
    long[] fids = new long[context.fids().length];
    float[] weights = new float[fids.length];
    int[] columnStart = new int[places.length + 1];
    int n = 0;
    for (int column = 0; column < places.length; column++) {
      int place = places[column];
      if (place >= 0) {
        int length = starts[place + 1] - starts[place];
        System.arraycopy(context.fids(), starts[place], fids, n, length);
        System.arraycopy(context.weights(), starts[place], weights, n, length);
        n += length;
      }
      columnStart[column + 1] = n;
    }
    return new Features(Arrays.copyOf(fids, n), Arrays.copyOf(weights, n), columnStart);
  }
}
