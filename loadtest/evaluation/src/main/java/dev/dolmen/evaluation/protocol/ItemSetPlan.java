package dev.dolmen.evaluation.protocol;

import dev.dolmen.evaluation.protocol.ItemSetQuestion.Slice;
import dev.dolmen.evaluation.protocol.ItemSetSplit.Part;
import dev.dolmen.server.data.Interaction;
import dev.dolmen.server.data.TimeScale;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * What is learned of a split, and what is asked then. A user is one visit: pairs have no times, so
 * the order of the visits and of the items in each is drawn. Then cold items come with their
 * metadata, and users are asked, by slice the first of those who have something there.
 *
 * @param plan learns history and lets cold items come; asks nothing itself
 * @param questions those of a user one after another
 */
public record ItemSetPlan(Plan plan, List<ItemSetQuestion> questions) {
  /** Users who are asked of each slice, as GAR and its successors do. */
  public static final int USERS_MAX = 2_000;

  /**
   * Makes it of a split.
   *
   * @param validation whether pairs for tuning are asked for, in the place of the test's
   * @param prefixMax items of a user that a question brings along, the last learned ones
   * @param seed of the order
   */
  public static ItemSetPlan of(
      ItemSetSplit split, boolean validation, int prefixMax, TimeScale times, long seed) {
    List<EvalClick> history = history(split, times, seed);
    BitSet cold = split.cold();
    BitSet warm = new BitSet();
    warm.set(0, split.items());
    warm.andNot(cold);
    Plan plan = Plan.ofNewItems(split.name(), warm, cold, history, List.of());
    return new ItemSetPlan(
        plan, new Asking(split, history, validation, prefixMax).questions(warm, cold));
  }

  private static List<EvalClick> history(ItemSetSplit split, TimeScale times, long seed) {
    Map<Integer, List<EvalClick>> byUser = new TreeMap<>();
    for (Part part : List.of(Part.LEARNED, Part.LEARNED_TOO)) {
      split
          .pairs(part)
          .forEach(p -> byUser.computeIfAbsent(p.session(), u -> new ArrayList<>()).add(p));
    }
    Random random = new Random(seed);
    List<List<EvalClick>> visits = new ArrayList<>(byUser.values());
    Collections.shuffle(visits, random);
    List<EvalClick> history = new ArrayList<>();
    for (List<EvalClick> visit : visits) {
      visit.sort(Comparator.comparingInt(EvalClick::item));
      Collections.shuffle(visit, random);
      visit.forEach(pair -> history.add(at(pair, history.size(), times)));
    }
    return history;
  }

  /** The pair at a place of the order, which is its time. */
  private static EvalClick at(EvalClick pair, int place, TimeScale times) {
    Interaction row = pair.row();
    Interaction placed =
        new Interaction(
            row.part(),
            row.line(),
            row.session(),
            row.user(),
            row.item(),
            place,
            row.type(),
            row.repeat(),
            row.context());
    return new EvalClick(pair.session(), pair.item(), times.toMillis(place), placed);
  }

  /** Ids as numbers where they are, so that 2 comes before 10. */
  private static final Comparator<String> BY_ID =
      Comparator.<String>comparingInt(String::length).thenComparing(Comparator.naturalOrder());

  /** Makes the questions. */
  private static final class Asking {
    private final Map<Integer, List<EvalClick>> learned = new HashMap<>();
    private final Map<Integer, BitSet> all = new HashMap<>();
    private final Map<Integer, BitSet> coldTargets = new HashMap<>();
    private final Map<Integer, BitSet> warmTargets = new HashMap<>();
    private final Map<Integer, String> ids = new HashMap<>();
    private final int prefixMax;

    Asking(ItemSetSplit split, List<EvalClick> history, boolean validation, int prefixMax) {
      this.prefixMax = prefixMax;
      for (Part part : Part.values()) {
        for (EvalClick pair : split.pairs(part)) {
          add(all, pair);
          ids.put(pair.session(), pair.row().session());
        }
      }
      Part cold = validation ? Part.COLD_VALIDATION : Part.COLD_TEST;
      split.pairs(cold).forEach(pair -> add(coldTargets, pair));
      Part warm = validation ? Part.WARM_VALIDATION : Part.WARM_TEST;
      split.pairs(warm).forEach(pair -> add(warmTargets, pair));
      history.forEach(c -> learned.computeIfAbsent(c.session(), user -> new ArrayList<>()).add(c));
    }

    private static void add(Map<Integer, BitSet> sets, EvalClick pair) {
      sets.computeIfAbsent(pair.session(), user -> new BitSet()).set(pair.item());
    }

    List<ItemSetQuestion> questions(BitSet warm, BitSet cold) {
      Map<Integer, BitSet> totals = new HashMap<>();
      for (Map<Integer, BitSet> targets : List.of(coldTargets, warmTargets)) {
        targets.forEach((user, items) -> totals.computeIfAbsent(user, u -> new BitSet()).or(items));
      }
      BitSet every = (BitSet) warm.clone();
      every.or(cold);
      List<ItemSetQuestion> questions = new ArrayList<>();
      ask(Slice.COLD, coldTargets, cold, questions);
      ask(Slice.WARM, warmTargets, warm, questions);
      ask(Slice.TOTAL, totals, every, questions);
      questions.sort(
          Comparator.comparing((ItemSetQuestion q) -> ids.getOrDefault(q.user(), ""), BY_ID));
      return questions;
    }

    private void ask(
        Slice slice, Map<Integer, BitSet> targets, BitSet among, List<ItemSetQuestion> to) {
      targets.keySet().stream()
          .sorted(Comparator.comparing((Integer u) -> ids.getOrDefault(u, ""), BY_ID))
          .limit(USERS_MAX)
          .forEach(user -> to.add(question(slice, user, targets, among)));
    }

    /** Of what the user has, nothing but the targets is ranked. */
    private ItemSetQuestion question(
        Slice slice, int user, Map<Integer, BitSet> targets, BitSet among) {
      BitSet relevant = targets.getOrDefault(user, new BitSet());
      BitSet candidates = (BitSet) among.clone();
      candidates.andNot(all.getOrDefault(user, new BitSet()));
      candidates.or(relevant);
      List<EvalClick> visit = learned.getOrDefault(user, List.of());
      List<EvalClick> prefix = visit.subList(Math.max(0, visit.size() - prefixMax), visit.size());
      return new ItemSetQuestion(slice, user, List.copyOf(prefix), relevant, candidates);
    }
  }
}
