package dev.dolmen.evaluation.protocol;

import dev.dolmen.evaluation.protocol.ItemSetQuestion.Slice;
import dev.dolmen.evaluation.protocol.ItemSetSplit.Part;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Holds a plan about sets of items against the split that it was made of, before anything is
 * learned, and refuses one that gives answers away or asks something easier: what is learned is
 * nothing but the split's learned parts, and what is ranked is every item of the slice but those
 * that the user has and that are not asked for.
 */
public final class ItemSetLeaks {
  private final ItemSetPlan made;
  private final BitSet cold;
  private final Map<Integer, Map<Integer, Part>> parts = new HashMap<>();
  private final Map<Integer, String> users = new HashMap<>();
  private final Map<Integer, String> items = new HashMap<>();

  private ItemSetLeaks(ItemSetSplit split, ItemSetPlan made) {
    this.made = made;
    cold = split.cold();
    for (Part part : Part.values()) {
      for (EvalClick pair : split.pairs(part)) {
        parts.computeIfAbsent(pair.session(), user -> new HashMap<>()).put(pair.item(), part);
        users.put(pair.session(), pair.row().session());
        items.put(pair.item(), pair.row().item());
      }
    }
  }

  /**
   * Goes through it.
   *
   * @param validation whether pairs for tuning are asked for
   * @throws IllegalStateException naming the first pair that is given away or left out
   */
  public static void check(ItemSetSplit split, ItemSetPlan made, boolean validation) {
    PlanLeaks.check(made.plan());
    ItemSetLeaks leaks = new ItemSetLeaks(split, made);
    made.plan().history().forEach(leaks::learned);
    made.questions().forEach(question -> leaks.asked(question, split.items(), validation));
  }

  private void learned(EvalClick pair) {
    Part part = part(pair.session(), pair.item());
    if (part == null || !part.learned()) {
      throw leak(pair.session(), pair.item(), "is learned, and is of " + name(part));
    }
  }

  private void asked(ItemSetQuestion question, int count, boolean validation) {
    for (EvalClick pair : question.prefix()) {
      Part part = part(question.user(), pair.item());
      if (part == null || !part.learned()) {
        throw leak(
            question.user(), pair.item(), "is brought along by a question, of " + name(part));
      }
    }
    IntStream.range(0, count).forEach(item -> place(question, item, validation));
  }

  /** Whether an item is a target, ranked or left out as the split says. */
  private void place(ItemSetQuestion question, int item, boolean validation) {
    Slice slice = question.slice();
    Part part = part(question.user(), item);
    boolean inSlice = slice == Slice.TOTAL || (slice == Slice.COLD) == cold.get(item);
    boolean target = inSlice && part != null && part == target(part.cold(), validation);
    boolean ranked = inSlice && (part == null || target);
    if (question.relevant().get(item) != target) {
      throw leak(
          question.user(),
          item,
          (target ? "is no target of " : "is a target of ") + slice.title() + ", of " + name(part));
    }
    if (question.candidates().get(item) != ranked) {
      throw leak(
          question.user(),
          item,
          (ranked ? "is left out of what is ranked of " : "is ranked among ")
              + slice.title()
              + ", of "
              + name(part));
    }
  }

  private static Part target(boolean cold, boolean validation) {
    if (cold) {
      return validation ? Part.COLD_VALIDATION : Part.COLD_TEST;
    }
    return validation ? Part.WARM_VALIDATION : Part.WARM_TEST;
  }

  private @Nullable Part part(int user, int item) {
    return parts.getOrDefault(user, Map.of()).get(item);
  }

  private static String name(@Nullable Part part) {
    return part == null ? "no part" : part.file();
  }

  private IllegalStateException leak(int user, int item, String what) {
    return new IllegalStateException(
        made.plan().reading()
            + ": the pair of user \""
            + users.getOrDefault(user, "number " + user)
            + "\" and item \""
            + items.getOrDefault(item, "number " + item)
            + "\" "
            + what);
  }
}
