package dev.dolmen.evaluation.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.evaluation.protocol.ItemSetSplit.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A split is read whole or not at all, and what is wrong with it is named. */
class ItemSetSplitTest {
  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    SmallPairs.write(folder);
  }

  private ItemSetSplit read(String split) throws IOException {
    return ItemSetSplit.read(SmallPairs.read(folder), folder, split);
  }

  private void assertRefused(ThrowingCallable reading, String... words) {
    assertThatThrownBy(reading).isInstanceOf(IOException.class).hasMessageContainingAll(words);
  }

  private void append(Part part, String row) throws IOException {
    Files.writeString(SmallPairs.file(folder, part), row + "\n", StandardOpenOption.APPEND);
  }

  private String firstRow(Part part) throws IOException {
    return Files.readAllLines(SmallPairs.file(folder, part)).get(1);
  }

  @Test
  void everyPairOfTheDatasetIsInOnePart() throws IOException {
    EvalDataset dataset = SmallPairs.read(folder);
    ItemSetSplit split = ItemSetSplit.read(dataset, folder, "gar");
    assertThat(split.parts().values().stream().mapToInt(List::size).sum())
        .isEqualTo(dataset.learned().size());
    assertThat(split.pairs(Part.LEARNED_TOO)).isNotEmpty();
    assertThat(split.cold().cardinality()).isEqualTo(SmallPairs.ITEMS - SmallPairs.COLD_FROM);
    assertThat(split.items()).isEqualTo(SmallPairs.ITEMS);
  }

  @Test
  void theSecondFileOfWhatIsLearnedMayBeMissingButNoOther() throws IOException {
    Path map = SmallPairs.file(folder, Part.LEARNED_TOO);
    List<String> rows = Files.readAllLines(map);
    Files.write(
        SmallPairs.file(folder, Part.LEARNED),
        rows.subList(1, rows.size()),
        StandardOpenOption.APPEND);
    Files.delete(map);
    assertThat(read("gar").pairs(Part.LEARNED_TOO)).isEmpty();
    Files.delete(SmallPairs.file(folder, Part.COLD_TEST));
    assertRefused(() -> read("gar"), "papers.gar.cold_item_test.inter or .gz: no such file");
  }

  @Test
  void anUnknownSplitIsAnsweredWithThoseThatAreThere() {
    assertRefused(
        () -> read("aldi"),
        "splits",
        "papers.aldi.warm_emb.inter or .gz: no such file",
        "splits in the folder: gar");
  }

  @Test
  void aPairThatTheDatasetDoesNotHaveIsNamedWithFileAndLine() throws IOException {
    append(Part.WARM_TEST, "u0\ti1");
    int line = Files.readAllLines(SmallPairs.file(folder, Part.WARM_TEST)).size();
    assertRefused(
        () -> read("gar"),
        "papers.gar.warm_test.inter, line " + line + ": user \"u0\" and item \"i1\"",
        "expected a pair of papers.inter");
  }

  @Test
  void aPairOfTwoPartsIsRefused() throws IOException {
    append(Part.WARM_TEST, firstRow(Part.LEARNED));
    assertRefused(() -> read("gar"), "are in warm_", "already, expected each pair in one part");
  }

  @Test
  void aPairOfNoPartIsRefused() throws IOException {
    Path file = SmallPairs.file(folder, Part.WARM_VALIDATION);
    List<String> rows = Files.readAllLines(file);
    Files.write(file, rows.subList(0, rows.size() - 1));
    assertRefused(() -> read("gar"), "are in no part, expected each pair in one");
  }

  @Test
  void anItemThatIsColdAndWarmIsRefused() throws IOException {
    Path cold = SmallPairs.file(folder, Part.COLD_TEST);
    List<String> rows = Files.readAllLines(cold);
    Files.write(cold, rows.subList(0, rows.size() - 1));
    append(Part.LEARNED, rows.getLast());
    assertRefused(() -> read("gar"), "is in warm_emb and in a cold part, expected one of them");
  }

  @Test
  void pairsWithTimesAreRefused() throws IOException {
    Files.writeString(
        folder.resolve("papers.inter"),
        "user_id:token\titem_id:token\ttimestamp:float\nu0\ti0\t5\n");
    assertRefused(() -> read("gar"), "papers.inter, line 1: column timestamp", "without times");
  }
}
