package dev.dolmen.server.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Items come before they are clicked, by more than a batch, when their metadata says so, or at a
 * moment that is drawn.
 */
class ArrivalPlacesTest {
  private static final int BATCH = 32;
  private static final int CLICKS = 4_000;
  private static final int ITEMS = 400;
  private static final long FROM_SEC = 1_600_000_000;

  @TempDir Path folder;

  /** One click a second; from the first ten clicks of an item on it is clicked ten times. */
  @BeforeEach
  void write() throws IOException {
    StringBuilder clicks = new StringBuilder("session_id:token\titem_id:token\ttimestamp:float\n");
    for (int c = 0; c < CLICKS; c++) {
      clicks.append("s" + c / 4 + "\ti" + c / 10 + "\t" + (FROM_SEC + c) + "\n");
    }
    Files.writeString(folder.resolve("d.inter"), clicks);
  }

  /** Born so many seconds before their first click. */
  private void items(int bornBefore) throws IOException {
    StringBuilder items = new StringBuilder("item_id:token\tborn:float\n");
    for (int i = 0; i < ITEMS; i++) {
      items.append("i" + i + "\t" + (FROM_SEC + 10L * i - bornBefore) + "\n");
    }
    Files.writeString(folder.resolve("d.item"), items);
  }

  private DatasetImport read() throws IOException {
    return DatasetImport.look(
            RecBoleDataset.find(folder),
            ImportOptions.DEFAULT,
            null,
            Long.MAX_VALUE,
            (rows, share) -> {})
        .require();
  }

  /** The click before which each item comes, by number of the item. */
  private int[] places(long seed) throws IOException {
    ItemArrivals arrivals = read().arrivals(BATCH, seed);
    int[] places = new int[ITEMS];
    for (int c = 0; c <= CLICKS; c++) {
      int click = c;
      arrivals.before(c, i -> places[Integer.parseInt(i.getItemId().substring(1))] = click);
    }
    return places;
  }

  @Test
  void anItemComesWhenItsMetadataSaysThatItWasBorn() throws IOException {
    items(1_000);
    int[] places = places(1);
    for (int i = 0; i < ITEMS; i++) {
      int born = Math.max(0, 10 * i - 1_000);
      assertThat(places[i]).as("item %d", i).isBetween(born, born + 64);
    }
  }

  @Test
  void anItemThatIsClickedAtItsBirthStillComesABatchBefore() throws IOException {
    items(0);
    int[] places = places(1);
    for (int i = 0; i < ITEMS; i++) {
      assertThat(places[i]).as("item %d", i).isEqualTo(Math.max(0, 10 * i - BATCH));
    }
  }

  @Test
  void withoutBirthsTheLeadIsDrawnAndNotAllIsThereFromTheBeginning() throws IOException {
    int[] places = places(1);
    int atOnce = 0;
    double share = 0;
    for (int i = 0; i < ITEMS; i++) {
      assertThat(places[i]).as("item %d", i).isBetween(0, Math.max(0, 10 * i - BATCH));
      atOnce += places[i] == 0 ? 1 : 0;
      // What is drawn in means of ten clicks from the first to the end.
      double lead = (10 * i - BATCH - places[i]) / ((CLICKS - 10 * i) / 10.0);
      share += places[i] > 0 && lead > Math.log(2) ? 1 : 0;
    }
    assertThat(atOnce).isBetween(10, ITEMS / 4);
    assertThat(share / (ITEMS - atOnce)).isBetween(0.35, 0.55); // The median is at half.
    assertThat(places(1)).isEqualTo(places);
    assertThat(places(2)).isNotEqualTo(places);
  }

  @Test
  void whatIsNeverClickedComesAtAnyMoment() throws IOException {
    ArrivalPlaces places = new ArrivalPlaces(read().schema(), true, BATCH, 1);
    for (int c = 0; c < CLICKS; c++) {
      places.click("i" + c % 7, (FROM_SEC + c) * 1_000);
    }
    List<Long> drawn = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      drawn.add(places.of(Item.newBuilder().setItemId("never" + i).build()));
    }
    assertThat(drawn).allMatch(place -> place >= 0 && place < CLICKS);
    assertThat(drawn.stream().filter(place -> place < CLICKS / 2).count()).isBetween(150L, 250L);
  }

  @Test
  void anArrivalInTheBatchOfItsFirstClickOrAfterItIsFound() throws IOException {
    ArrivalPlaces places = new ArrivalPlaces(read().schema(), true, BATCH, 1);
    Item item =
        Item.newBuilder().setItemId("late").putSlots("x", SlotValue.getDefaultInstance()).build();
    for (int c = 0; c < 100; c++) {
      places.click("other", (FROM_SEC + c) * 1_000);
    }
    places.click("late", (FROM_SEC + 100) * 1_000);
    places.check(item, 100 - BATCH);
    for (long planted : new long[] {101 - BATCH, 100, 101}) {
      assertThatThrownBy(() -> places.check(item, planted))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "item \"late\" arrives before click "
                  + planted
                  + ", its first one is 100: expected 32 clicks between them at least, a batch");
    }
  }
}
