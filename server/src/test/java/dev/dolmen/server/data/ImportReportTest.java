package dev.dolmen.server.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.SlotKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the report says of columns of times, and of what is refused in several files or looks. */
class ImportReportTest {
  @TempDir Path folder;

  @Test
  void saysWhichNumberMakesBirthTimesPlainNumbers() throws IOException {
    ShopFiles files = withBirths("1700000000");
    assertThat(look(files, null).report().warnings()).isEmpty();
    assertThat(kind(look(files, null).schema(), "born")).isEqualTo(SlotKind.AGE);
    files.item(3, "sku1,dep0,name1,1.5,0");
    DatasetImport odd = look(files, null);
    assertThat(kind(odd.schema(), "born")).isEqualTo(SlotKind.NUMBER);
    assertThat(odd.report().warnings())
        .containsExactly(
            "column born of shop.item: 19 of 20 numbers are seconds since 1970, not \"0\" in line"
                + " 3; ages are learned only where all are seconds since 1970 or empty, so it is a"
                + " plain number");
    assertThat(look(files, odd.schema()).report().warnings()).isEmpty();
    files.item(3, "sku1,dep0,name1,1.5,");
    assertThat(look(files, null).report().warnings()).isEmpty();
    assertThat(look(withBirths("1700000000000"), null).report().warnings())
        .containsExactly(
            "column born of shop.item: 20 of 20 numbers are milliseconds since 1970; ages are"
                + " learned only where all are seconds since 1970 or empty, so it is a plain"
                + " number");
  }

  private static ShopFiles withBirths(String born) {
    ShopFiles files = new ShopFiles().eachItem(l -> l + "," + born);
    return files.itemsHeader(files.items().getFirst() + ",born:float");
  }

  @Test
  void linesWithoutAnItemAreNoItem() throws IOException {
    ShopFiles files = new ShopFiles();
    files.items().addAll(List.of(",dep,name,1", ",dep,name,2"));
    ImportReport report = look(files, null).report();
    assertThat(report.items()).isEqualTo(ShopFiles.ITEMS);
    assertThat(report.refused(RefusalReason.EMPTY)).isEqualTo(2);
    assertThat(report.warnings()).isEmpty();
  }

  /** What is held back for a test is left out as what is learned, and not without a word. */
  @Test
  void countsWhatIsRefusedOfFurtherFiles() throws IOException {
    ShopFiles files = new ShopFiles();
    files.clicks().add("s1,sku1,7");
    Path held = folder.resolve("shop.test.inter");
    files.writeClicks(folder);
    Files.move(folder.resolve("shop.inter"), held);
    Path down = folder.resolve("refused.tsv");
    files.click(182, "s1,sku1,8").write(folder);
    RecBoleDataset learned =
        new RecBoleDataset("shop", List.of(folder.resolve("shop.inter")), null);
    DatasetImport read = look(learned, writingTo(down), null);
    RecBoleDataset apart = new RecBoleDataset("shop", List.of(held), null);
    assertThat(read.profileOf(apart, Long.MAX_VALUE).events()).isEqualTo(ShopFiles.CLICKS);
    assertThat(read.report().refused(RefusalReason.TIME)).isEqualTo(2);
    assertThat(read.report().examples().get(RefusalReason.TIME))
        .satisfiesExactly(
            first -> assertThat(first).contains("shop.inter, line 182"),
            second -> assertThat(second).contains("shop.test.inter, line 182"));
    assertThat(Files.readAllLines(down))
        .satisfiesExactly(
            header -> assertThat(header).startsWith("file\tline"),
            first -> assertThat(first).endsWith("s1\tsku1\t8"),
            second -> assertThat(second).endsWith("s1\tsku1\t7"));
  }

  @Test
  void nothingOfAnEarlierLookStaysInTheFileOfRefusedLines() throws IOException {
    ShopFiles files = new ShopFiles();
    files.clicks().add("s1,sku1,7");
    Path down = folder.resolve("refused.tsv");
    look(RecBoleDataset.find(files.write(folder)), writingTo(down), null);
    assertThat(Files.readAllLines(down)).hasSize(2);
    look(RecBoleDataset.find(new ShopFiles().write(folder)), writingTo(down), null);
    assertThat(Files.readAllLines(down)).hasSize(1);
  }

  private static ImportOptions writingTo(Path refused) {
    ImportOptions d = ImportOptions.DEFAULT;
    return new ImportOptions(
        false, false, Double.NaN, d.eventTypes(), null, d.latestMs(), d.sizes(), refused);
  }

  private static SlotKind kind(Schema schema, String slot) {
    return schema.slots().get(schema.slotOf(slot)).kind();
  }

  private DatasetImport look(ShopFiles files, @Nullable Schema schema) throws IOException {
    return look(RecBoleDataset.find(files.write(folder)), ImportOptions.DEFAULT, schema);
  }

  private static DatasetImport look(
      RecBoleDataset dataset, ImportOptions options, @Nullable Schema schema) throws IOException {
    return DatasetImport.look(dataset, options, schema, Long.MAX_VALUE, (rows, share) -> {});
  }
}
