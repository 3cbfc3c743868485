package dev.dolmen.evaluation.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.evaluation.protocol.ItemSetQuestion.Slice;
import dev.dolmen.evaluation.protocol.ItemSetSplit.Part;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of sets is what the split says, and what gives it away is found. */
class ItemSetPlanTest {
  @TempDir Path folder;
  private ItemSetSplit split;
  private ItemSetPlan made;

  @BeforeEach
  void read() throws IOException {
    SmallPairs.write(folder);
    split = ItemSetSplit.read(SmallPairs.read(folder), folder, "gar");
    made = plan(false, 1);
  }

  private ItemSetPlan plan(boolean validation, long seed) throws IOException {
    return ItemSetPlan.of(split, validation, 20, SmallPairs.read(folder).timeScale(), seed);
  }

  private ItemSetQuestion first(Slice slice) {
    return made.questions().stream().filter(q -> q.slice() == slice).findFirst().orElseThrow();
  }

  /** Items that a user has in some parts. */
  private BitSet items(int user, List<Part> parts) {
    BitSet items = new BitSet();
    parts.forEach(part ->
        split.pairs(part).stream()
            .filter(pair -> pair.session() == user)
            .forEach(pair -> items.set(pair.item())));
    return items;
  }

  @Test
  void usersAreVisitsInADrawnOrder() throws IOException {
    assertThat(made.plan().history())
        .hasSize(split.pairs(Part.LEARNED).size() + split.pairs(Part.LEARNED_TOO).size());
    List<Integer> users = made.plan().history().stream().map(EvalClick::session).toList();
    List<Integer> visits = new ArrayList<>();
    for (int user : users) {
      if (visits.isEmpty() || visits.getLast() != user) {
        visits.add(user);
      }
    }
    assertThat(visits).hasSize(SmallPairs.USERS).doesNotHaveDuplicates();
    assertThat(plan(false, 1).plan().history()).isEqualTo(made.plan().history());
    assertThat(plan(false, 1).questions()).isEqualTo(made.questions());
    assertThat(plan(false, 2).plan().history()).isNotEqualTo(made.plan().history());
    assertThat(made.plan().history())
        .isSortedAccordingTo((a, b) -> Long.compare(a.timeMs(), b.timeMs()));
  }

  @Test
  void nothingIsRemovedButWhatTheUserHasBesides() {
    ItemSetQuestion cold = first(Slice.COLD);
    assertThat(cold.relevant()).isEqualTo(items(cold.user(), List.of(Part.COLD_TEST)));
    BitSet ranked = split.cold();
    ranked.andNot(items(cold.user(), List.of(Part.COLD_VALIDATION)));
    assertThat(cold.candidates()).isEqualTo(ranked);

    ItemSetQuestion total = first(Slice.TOTAL);
    assertThat(total.relevant())
        .isEqualTo(items(total.user(), List.of(Part.COLD_TEST, Part.WARM_TEST)));
    BitSet rest = new BitSet();
    rest.set(0, SmallPairs.ITEMS);
    List<Part> known =
        List.of(Part.LEARNED, Part.LEARNED_TOO, Part.WARM_VALIDATION, Part.COLD_VALIDATION);
    // Far more than a question brings along.
    assertThat(items(total.user(), known).cardinality()).isGreaterThan(30);
    rest.andNot(items(total.user(), known));
    assertThat(total.candidates()).isEqualTo(rest);
    assertThat(total.prefix()).hasSize(20);
  }

  @Test
  void forTuningTheTargetsAreThoseOfValidation() throws IOException {
    ItemSetPlan tuning = plan(true, 1);
    assertThatCode(() -> ItemSetLeaks.check(split, tuning, true)).doesNotThrowAnyException();
    for (ItemSetQuestion question : tuning.questions()) {
      BitSet tested = items(question.user(), List.of(Part.COLD_TEST, Part.WARM_TEST));
      assertThat(question.relevant().intersects(tested)).isFalse();
      assertThat(question.candidates().intersects(tested)).isFalse();
    }
    assertThatThrownBy(() -> ItemSetLeaks.check(split, tuning, false))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatIsMadeOfASplitGivesNothingAway() {
    assertThatCode(() -> ItemSetLeaks.check(split, made, false)).doesNotThrowAnyException();
  }

  private void assertFound(ItemSetPlan planted, String... words) {
    assertThatThrownBy(() -> ItemSetLeaks.check(split, planted, false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll(words);
  }

  private ItemSetPlan learning(EvalClick more) {
    List<EvalClick> history = new ArrayList<>(made.plan().history());
    history.add(more);
    Plan plan = made.plan();
    return new ItemSetPlan(
        Plan.ofNewItems(plan.reading(), plan.catalogue(), plan.lateItems(), history, List.of()),
        made.questions());
  }

  @Test
  void aPairOfTheTestThatIsLearnedIsFound() {
    EvalClick planted = split.pairs(Part.WARM_TEST).getFirst();
    assertFound(
        learning(planted),
        "\"" + planted.row().session() + "\"",
        "\"" + planted.row().item() + "\"",
        "is learned, and is of warm_test");
    assertFound(
        learning(split.pairs(Part.WARM_VALIDATION).getFirst()), "is learned, and is of warm_val");
  }

  @Test
  void aColdItemThatIsLearnedIsFound() {
    EvalClick planted = split.pairs(Part.COLD_TEST).getFirst();
    assertFound(
        learning(planted),
        "\"" + planted.row().item() + "\"",
        "comes after all that is learned, and is learned");
  }

  /** The plan where one question of a slice is changed. */
  private ItemSetPlan changed(Slice slice, BiConsumer<BitSet, BitSet> change) {
    List<ItemSetQuestion> questions = new ArrayList<>(made.questions());
    ItemSetQuestion before = first(slice);
    BitSet relevant = (BitSet) before.relevant().clone();
    BitSet candidates = (BitSet) before.candidates().clone();
    change.accept(relevant, candidates);
    questions.set(
        questions.indexOf(before),
        new ItemSetQuestion(slice, before.user(), before.prefix(), relevant, candidates));
    return new ItemSetPlan(made.plan(), questions);
  }

  @Test
  void aCandidateThatShouldBeRemovedIsFound() {
    int user = first(Slice.TOTAL).user();
    int learned = items(user, List.of(Part.LEARNED)).nextSetBit(0);
    assertFound(
        changed(Slice.TOTAL, (relevant, ranked) -> ranked.set(learned)),
        "is ranked among total, of warm_emb");
    int tuning = items(first(Slice.COLD).user(), List.of(Part.COLD_VALIDATION)).nextSetBit(0);
    assertFound(
        changed(Slice.COLD, (relevant, ranked) -> ranked.set(tuning)),
        "is ranked among cold, of cold_item_val");
    int warm = first(Slice.WARM).relevant().nextSetBit(0);
    assertFound(
        changed(Slice.COLD, (relevant, ranked) -> ranked.set(warm)), "is ranked among cold");
  }

  @Test
  void anEasierQuestionIsFound() {
    for (Slice slice : Slice.values()) {
      BitSet others = (BitSet) first(slice).candidates().clone();
      others.andNot(first(slice).relevant());
      int left = others.nextSetBit(0);
      assertFound(
          changed(slice, (relevant, ranked) -> ranked.clear(left)),
          "is left out of what is ranked of " + slice.title());
      assertFound(changed(slice, (relevant, ranked) -> relevant.set(left)), "is a target of");
      int target = first(slice).relevant().nextSetBit(0);
      assertFound(
          changed(
              slice,
              (relevant, ranked) -> {
                relevant.clear(target);
                ranked.clear(target);
              }),
          "is no target of " + slice.title());
    }
  }

  @Test
  void aTargetThatAQuestionBringsAlongIsFound() {
    ItemSetQuestion before = first(Slice.TOTAL);
    EvalClick target =
        split.pairs(Part.WARM_TEST).stream()
            .filter(pair -> pair.session() == before.user())
            .findFirst()
            .orElseThrow();
    List<ItemSetQuestion> questions = new ArrayList<>(made.questions());
    questions.set(
        questions.indexOf(before),
        new ItemSetQuestion(
            Slice.TOTAL, before.user(), List.of(target), before.relevant(), before.candidates()));
    assertFound(
        new ItemSetPlan(made.plan(), questions), "is brought along by a question, of warm_test");
  }
}
