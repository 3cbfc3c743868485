package dev.dolmen.trainer.session;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives equal contexts of visits one and the same {@link Features}, so that sessions share them.
 * Remembers the last distinct contexts up to a bound; what it forgets only costs memory.
 */
public final class ContextInterner {
  /** Of the heap: the entry, a map and features; a key, its value, a fid and a weight. */
  private static final int CONTEXT_BYTES = 200;

  private static final int VALUE_BYTES = 130;

  /** Of a key with its value, as they usually are. */
  private static final int USUAL_LENGTH = 32;

  private final FeatureExtractor features;
  private final int maxContexts;
  private final boolean none;
  private final LinkedHashMap<Map<String, String>, Features> known =
      new LinkedHashMap<>(16, 0.75f, true);

  private volatile long bytes;

  /**
   * @param maxContexts distinct contexts that are remembered at most
   */
  public ContextInterner(FeatureExtractor features, int maxContexts) {
    this.features = features;
    this.maxContexts = maxContexts;
    none = features.contextColumns().isEmpty();
  }

  /**
   * Features of a context, or null for one without values.
   *
   * @throws dev.dolmen.parameterstore.feature.InvalidFeatureException if the schema does not take
   *     it
   */
  public @Nullable Features of(Map<String, String> context) {
    if (context.isEmpty()) {
      return null;
    }
    Features seen = known.get(context);
    if (seen == null) {
      seen = features.context(context);
      Map.Entry<Map<String, String>, Features> oldest =
          known.size() == maxContexts ? known.pollFirstEntry() : null;
      known.put(Map.copyOf(context), seen);
      count(bytes(context) - (oldest == null ? 0 : bytes(oldest.getKey())));
    }
    return none || seen.fids().length == 0 ? null : seen;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  private void count(long moreBytes) {
    bytes += moreBytes;
  }

  private static long bytes(Map<String, String> context) {
    long bytes = CONTEXT_BYTES;
    for (Map.Entry<String, String> entry : context.entrySet()) {
      bytes += VALUE_BYTES + entry.getKey().length() + entry.getValue().length();
    }
    return bytes;
  }

  /** Bytes of the heap that a context of so many values takes, of usual length. */
  public static long bytesMax(long values) {
    return CONTEXT_BYTES + values * (VALUE_BYTES + USUAL_LENGTH);
  }

  /** Bytes of the heap that it takes, about. Any thread. */
  public long bytes() {
    return bytes;
  }
}
