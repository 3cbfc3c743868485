package dev.dolmen.evaluation.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.server.data.DatasetImport;
import dev.dolmen.server.data.DatasetItems;
import dev.dolmen.server.data.ImportOptions;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.v1.Item;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Items of files as a person would call them. */
class ItemTitlesTest {
  @TempDir Path folder;

  private List<String> titles(String items) throws IOException {
    Files.writeString(folder.resolve("shop.item"), items);
    Files.writeString(
        folder.resolve("shop.inter"),
        "session_id:token\titem_id:token\ttimestamp:float\ns\t1\t1700000000\ns\t2\t1700000001\n");
    DatasetImport read =
        DatasetImport.look(
            RecBoleDataset.find(folder), ImportOptions.DEFAULT, null, 10, (rows, share) -> {});
    Schema schema = read.schema();
    ItemTitles titles = new ItemTitles(schema);
    List<String> said = new ArrayList<>();
    try (DatasetItems in = read.items()) {
      for (Item item = in.next(); item != null; item = in.next()) {
        said.add(titles.of(item));
      }
    }
    return said;
  }

  @Test
  void aTitleIsTheSlotOfThatName() throws IOException {
    assertThat(
            titles(
                """
                item_id:token\tclass:token_seq\tmovie_title:token_seq
                1\tdrama\tToy Story
                2\tcomedy\t
                """))
        .containsExactly("Toy Story", "item 2");
  }

  @Test
  void withoutATitleThereIsTheIdWithItsCategory() throws IOException {
    assertThat(titles("item_id:token\tcategory:token\n1\tkettles\n2\tpans\n"))
        .containsExactly("item 1 (kettles)", "item 2 (pans)");
  }

  @Test
  void aLongTitleIsCut() throws IOException {
    String title = titles("item_id:token\ttitle:token_seq\n1\t" + "pan ".repeat(100) + "\n").get(0);
    assertThat(title).endsWith("…").startsWith("pan").hasSizeLessThan(ItemTitles.LETTERS + 1);
  }
}
