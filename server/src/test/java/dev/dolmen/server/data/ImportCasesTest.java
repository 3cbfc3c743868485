package dev.dolmen.server.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What people's files have, and what is made of it: learned, refused by line, or refused whole. */
class ImportCasesTest {
  private static final long NOW_MS = (ShopFiles.FROM_SEC + 1_000_000) * 1_000;
  private static final ImportOptions OPTIONS = ImportOptions.DEFAULT.withLatestMs(NOW_MS);
  private static final String LONG = "x".repeat(780);

  @TempDir Path folder;

  /** A change of the export, and what must be learned of it all the same. */
  record Learned(
      String name,
      Consumer<ShopFiles> change,
      long clicks,
      RefusalReason reason,
      long refused,
      String says) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Learned whole(String name, Consumer<ShopFiles> change) {
    return new Learned(name, change, ShopFiles.CLICKS, RefusalReason.FILE, 0, "");
  }

  private static Learned but(
      String name,
      long clicks,
      RefusalReason reason,
      long refused,
      String says,
      Consumer<ShopFiles> change) {
    return new Learned(name, change, clicks, reason, refused, says);
  }

  static List<Learned> learned() {
    int all = ShopFiles.CLICKS;
    return List.of(
        whole("as it should be", f -> {}),
        whole(
            "byte order mark",
            f -> {
              f.clicksHeader("\ufeff" + f.clicks().getFirst());
              f.itemsHeader("\ufeff" + f.items().getFirst());
            }),
        whole(
            "CR LF",
            f -> {
              f.eachClick(l -> l + "\r");
              f.clicksHeader(f.clicks().getFirst() + "\r");
            }),
        whole("milliseconds", f -> f.eachClick(l -> l + "000")),
        whole("microseconds", f -> f.eachClick(l -> l + "000000")),
        whole("nanoseconds", f -> f.eachClick(l -> l + "000000000")),
        whole("dates as text", f -> f.eachClick(l -> timed(l, "2025-10-09T10:00:00Z"))),
        whole("dates without an offset", f -> f.eachClick(l -> timed(l, "2025-10-09 10:00:00"))),
        whole(
            "times of type token",
            f -> f.clicksHeader("session_id:token,item_id:token,timestamp:token")),
        whole(
            "blanks in the header",
            f -> f.clicksHeader("session_id:token,item_id:token ,timestamp: float")),
        whole("a blank last line", f -> f.clicks().add("")),
        whole("exponents", f -> f.item(3, "sku1,dep0,name1,1.5E+03")),
        whole("a blank for tokens", f -> f.item(3, "sku1,dep0, ,1.5")),
        but(
            "time zero",
            all - 1,
            RefusalReason.TIME,
            1,
            "line 5, column 3 (timestamp): \"0\" is no date",
            f -> f.click(5, timed(f.clicks().get(4), "0"))),
        but(
            "one row in milliseconds",
            all - 1,
            RefusalReason.TIME_UNIT,
            1,
            "line 5, column 3 (timestamp): \"1760000500000\" would be milliseconds",
            f -> f.click(5, timed(f.clicks().get(4), "1760000500000"))),
        but(
            "one row in seconds",
            all - 1,
            RefusalReason.TIME_UNIT,
            1,
            "\"1760000500\" would be seconds since 1970, expected milliseconds",
            f -> {
              f.eachClick(l -> l + "000");
              f.click(5, timed(f.clicks().get(4), "1760000500"));
            }),
        but(
            "one row of 2065",
            all,
            RefusalReason.FUTURE,
            1,
            "line 182, column 3 (timestamp): \"3000000000\" is 2065-01-24T05:20:00Z, in the future",
            f -> f.clicks().add("s1,sku1,3000000000")),
        but(
            "a long text as a token",
            all,
            RefusalReason.VALUE,
            2,
            "line 3, column 2 (category): \"xxx",
            f -> {
              f.item(3, "sku1," + LONG + ",name,1");
              f.item(4, "sku2," + LONG + ",name,2");
            }),
        but(
            "a long token among tokens",
            all,
            RefusalReason.VALUE,
            1,
            "expected 1 to 512 bytes",
            f -> f.item(3, "sku1,dep0,name " + LONG + ",1")),
        but(
            "too many tokens",
            all,
            RefusalReason.VALUE,
            1,
            "5000 tokens, expected at most 4096",
            f -> f.item(3, "sku1,dep0," + "a ".repeat(5_000).strip() + ",1")),
        but(
            "an item id of 610 bytes",
            all - 1,
            RefusalReason.TOO_LONG,
            2,
            "has 610 bytes, expected at most 512",
            f -> {
              f.click(2, "s0," + "i".repeat(610) + "," + ShopFiles.FROM_SEC);
              f.items().add("i".repeat(610) + ",dep,name,1");
            }),
        but(
            "a session id of 300 bytes",
            all - 1,
            RefusalReason.TOO_LONG,
            1,
            "(session_id)",
            f -> f.click(2, "s".repeat(300) + ",sku0," + ShopFiles.FROM_SEC)));
  }

  private static String timed(String line, String time) {
    return line.substring(0, line.lastIndexOf(',') + 1) + time;
  }

  @ParameterizedTest
  @MethodSource("learned")
  void learnsWhatCanBeLearned(Learned learned) throws IOException {
    ShopFiles files = new ShopFiles();
    learned.change.accept(files);
    DatasetImport read = look(files, OPTIONS).require();
    ImportReport report = read.report();
    assertThat(report.clicks()).isEqualTo(learned.clicks);
    assertThat(report.refused(learned.reason)).isEqualTo(learned.refused);
    assertThat(report.refused().values().stream().mapToLong(n -> n).sum())
        .isEqualTo(learned.refused);
    assertThat(report.examples().getOrDefault(learned.reason, List.of(learned.says)))
        .anyMatch(place -> place.contains(learned.says));
    assertThat(read.profile().timeScale().isEpoch()).isTrue();
    List<FeedbackEvent> events = events(read);
    assertThat(events).hasSize((int) learned.clicks);
    assertThat(events)
        .allSatisfy(
            e -> assertThat(e.getTime().getSeconds()).isBetween(1_759_900_000L, NOW_MS / 1_000));
    Map<String, Item> items = items(read);
    assertThat(items).containsKeys("sku1", "sku2", "sku19");
    assertThat(slots(items, "sku19")).containsOnlyKeys("category", "title", "price");
    assertThat(report.clickedItems()).isLessThanOrEqualTo(items.size());
  }

  /** A change of the export after which nothing must be learned, and what is said of it. */
  record Refused(String name, Consumer<ShopFiles> change, List<String> says) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Refused no(String name, Consumer<ShopFiles> change, String... says) {
    return new Refused(name, change, List.of(says));
  }

  static List<Refused> refused() {
    return List.of(
        no(
            "a header alone",
            f -> f.clicks().subList(1, ShopFiles.CLICKS + 1).clear(),
            "shop.inter: no interactions"),
        no("nothing", f -> f.clicks().clear(), "shop.inter, line 1: empty, expected a header"),
        no(
            "no types",
            f -> f.clicksHeader("session_id,item_id,timestamp"),
            "line 1: columns without types [session_id, item_id, timestamp]",
            "such as session_id:token"),
        no(
            "semicolons",
            f -> separated(f, ";"),
            "separated by semicolons [session_id:token, item_id:token, timestamp:float], expected tabs"),
        no(
            "blanks",
            f -> separated(f, " "),
            "separated by blanks [session_id:token, item_id:token, timestamp:float], expected tabs"),
        no(
            "a dash for a price",
            f -> f.item(3, "sku1,dep0,name1,—"),
            "line 3, column 4 (price): \"—\", expected a finite number",
            "--bad-values unknown"),
        no("a currency", f -> f.item(3, "sku1,dep0,name1,15.00 USD"), "\"15.00 USD\""),
        no("nan", f -> f.item(3, "sku1,dep0,name1,nan"), "\"nan\""),
        no(
            "a suffix of Java's",
            f -> f.item(3, "sku1,dep0,name1,10d"),
            "\"10d\", expected a finite number"),
        no("a hexadecimal float", f -> f.item(3, "sku1,dep0,name1,0x1p3"), "\"0x1p3\""),
        no(
            "a carriage return in a title",
            f -> f.item(3, "sku1,dep0,two\rlines,1"),
            "shop.item, line 3: a carriage return within the line"),
        no(
            "a line break in a title",
            f -> f.item(3, "sku1,dep0,\"two\nlines\",1"),
            "shop.item, line 3",
            "shop.item, line 4"),
        no(
            "a tab in a title",
            f -> f.item(3, "sku1,dep0,a,b,1"),
            "line 3, column 5: a field too many, expected 4"),
        no(
            "a cut last line",
            f -> f.click(181, "s59"),
            "line 181, column 1 (session_id): the line's only field, expected 3"),
        no(
            "three broken lines",
            f -> {
              f.click(10, "s2");
              f.click(90, "s29");
              f.click(170, "s55");
            },
            "3 lines cannot be read",
            "line 10,",
            "line 90,",
            "line 170,",
            "--skip-bad-lines"),
        no(
            "long ids everywhere",
            f -> f.eachClick(l -> l.replace("sku", LONG)),
            "180 of 180 lines say what cannot be",
            "line 2, column 2 (item_id)",
            "and 177 more"),
        no(
            "numbers and dates",
            f -> {
              for (int i = 2; i < 90; i++) {
                f.click(i, timed(f.clicks().get(i - 1), Integer.toString(i)));
              }
            },
            "88 of 180 lines",
            "--time-unit"),
        no(
            "only impressions",
            f -> {
              f.clicksHeader(f.clicks().getFirst() + ",label:float");
              f.eachClick(l -> l + ",0");
            },
            "no interactions",
            "180 rows were shown and not clicked"));
  }

  private static void separated(ShopFiles files, String by) {
    files
        .eachClick(l -> l.replace(",", by))
        .clicksHeader(files.clicks().getFirst().replace(",", by));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refusesWhatCannotBeLearnedAndSaysWhy(Refused refused) {
    ShopFiles files = new ShopFiles();
    refused.change.accept(files);
    assertThatThrownBy(() -> look(files, OPTIONS).require())
        .isInstanceOf(IOException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(refused.says));
  }

  /** Commas: what is written for tabs elsewhere. */
  @Test
  void namesCommasAsSeparators() throws IOException {
    new ShopFiles().write(folder);
    Path file = folder.resolve("shop.inter");
    Files.writeString(file, Files.readString(file).replace('\t', ','));
    assertThatThrownBy(() -> look(folder, OPTIONS))
        .hasMessageContaining(
            "separated by commas [session_id:token, item_id:token, timestamp:float], expected tabs");
  }

  @Test
  void leavesBrokenLinesOutOnDemandAndWritesThemDown() throws IOException {
    ShopFiles files =
        new ShopFiles().click(10, "s2").click(90, "s29,,5").item(3, "sku1,dep0,name1,—");
    Path down = folder.resolve("refused.tsv");
    ImportOptions skipping =
        new ImportOptions(
            true, false, Double.NaN, EventTypes.DEFAULT, null, NOW_MS, OPTIONS.sizes(), down);
    DatasetImport read = look(files, skipping).require();
    assertThat(read.report().clicks()).isEqualTo(ShopFiles.CLICKS - 2);
    assertThat(read.report().refusedLines()).isEqualTo(3);
    assertThat(events(read)).hasSize(ShopFiles.CLICKS - 2);
    assertThat(slots(items(read), "sku1")).isEmpty();
    List<String> lines = Files.readAllLines(down);
    assertThat(lines).hasSize(4);
    assertThat(lines.get(1)).contains("shop.inter\t10\tsession_id\tfields\t").endsWith("\ts2");
    assertThat(lines.get(3)).contains("shop.item\t3\tprice\tnumber\t");
  }

  @Test
  void takesBadValuesAsUnknownOnDemand() throws IOException {
    ShopFiles files = new ShopFiles().item(3, "sku1,dep0,name1,—");
    ImportOptions unknown =
        new ImportOptions(
            false, true, Double.NaN, EventTypes.DEFAULT, null, NOW_MS, OPTIONS.sizes(), null);
    DatasetImport read = look(files, unknown).require();
    assertThat(read.report().refused()).containsExactly(Map.entry(RefusalReason.VALUE, 1L));
    assertThat(slots(items(read), "sku1")).containsOnlyKeys("category", "title");
  }

  @Test
  void namesTheLineThatIsLatin1() throws IOException {
    new ShopFiles().write(folder);
    Path file = folder.resolve("shop.item");
    Files.write(
        file,
        "skuX\tcafé\tname\t3\n".getBytes(StandardCharsets.ISO_8859_1),
        StandardOpenOption.APPEND);
    assertThatThrownBy(() -> look(folder, OPTIONS).require())
        .hasMessageContaining("shop.item, line 22: not UTF-8: byte 9 is 0xe9");
  }

  @Test
  void warnsOfIdsThatNeverMeet() throws IOException {
    DatasetImport floats =
        look(
                new ShopFiles()
                    .eachClick(l -> l.replaceFirst("sku(\\d+)", "10$1.0"))
                    .eachItem(l -> l.replaceFirst("sku(\\d+)", "10$1")),
                OPTIONS)
            .require();
    assertThat(floats.report().bareItems()).isEqualTo(ShopFiles.ITEMS);
    assertThat(floats.report().warnings())
        .containsExactly(
            "100% of the clicked items (20 of 20) have no metadata in shop.item (nearest spelling:"
                + " clicked \"100.0\", there \"100\")");
    DatasetImport cases =
        look(new ShopFiles().eachItem(l -> l.replaceFirst("sku", "SKU-")), OPTIONS);
    assertThat(cases.report().warnings().getFirst()).contains("clicked \"sku0\", there \"SKU-0\"");
    DatasetImport none =
        look(new ShopFiles().eachItem(l -> l.replaceFirst("sku", "other")), OPTIONS);
    assertThat(none.report().warnings().getFirst())
        .contains("clicked is \"sku0\", there is \"other");
    assertThat(look(new ShopFiles(), OPTIONS).report().warnings()).isEmpty();
  }

  @Test
  void aLabelOfZeroIsNoClick() throws IOException {
    ShopFiles files = new ShopFiles();
    files.clicksHeader(files.clicks().getFirst() + ",label:float,weight:float");
    files.eachClick(l -> l + ",1,3");
    for (int i = 0; i < 40; i++) {
      files.clicks().add("s" + i + ",banner,1760000900,0,3");
    }
    DatasetImport read = look(files, OPTIONS).require();
    assertThat(read.report().clicks()).isEqualTo(ShopFiles.CLICKS);
    assertThat(read.report().refused()).containsExactly(Map.entry(RefusalReason.NOT_A_CLICK, 40L));
    assertThat(items(read)).doesNotContainKey("banner");
    assertThat(uses(read))
        .containsEntry("label", "a click where it is above 0")
        .containsEntry("weight", "ignored");
  }

  @Test
  void aRatingBelowTheSmallestIsNoClick() throws IOException {
    ShopFiles files = new ShopFiles();
    files.clicksHeader(files.clicks().getFirst() + ",rating:float");
    files.eachClick(l -> l + (l.startsWith("s1,") ? ",2" : ",5"));
    DatasetImport all = look(files, OPTIONS).require();
    assertThat(all.report().clicks()).isEqualTo(ShopFiles.CLICKS);
    assertThat(all.report().warnings().getFirst()).contains("column rating", "--min-rating");
    ImportOptions from3 =
        new ImportOptions(false, false, 3, EventTypes.DEFAULT, null, NOW_MS, OPTIONS.sizes(), null);
    assertThat(look(files, from3).require().report().clicks()).isEqualTo(ShopFiles.CLICKS - 3);
  }

  @Test
  void eventWordsBecomeTypes() throws IOException {
    List<String> words =
        List.of("view", "addtocart", "transaction", "Favourite", "impression", "dismiss");
    ShopFiles files = new ShopFiles();
    files.clicksHeader(files.clicks().getFirst() + ",event:token");
    for (int i = 1; i <= ShopFiles.CLICKS; i++) {
      files.click(i + 1, files.clicks().get(i) + ',' + words.get(i % 6));
    }
    DatasetImport read = look(files, OPTIONS).require();
    assertThat(events(read))
        .extracting(FeedbackEvent::getType)
        .hasSize(150)
        .containsOnly(
            EventType.EVENT_TYPE_VIEW,
            EventType.EVENT_TYPE_ADD_TO_CART,
            EventType.EVENT_TYPE_PURCHASE,
            EventType.EVENT_TYPE_CLICK,
            EventType.EVENT_TYPE_DISMISS);
    assertThat(read.profile().contexts()).isEmpty();
    assertThat(uses(read).get("event"))
        .contains("the event type: ", "addtocart is add_to_cart (30)", "impression is ignore (30)");
  }

  @Test
  void unknownEventWordsAreRefusedOrMapped() throws IOException {
    ShopFiles files = new ShopFiles();
    files.clicksHeader(files.clicks().getFirst() + ",event:token");
    files.eachClick(l -> l + (l.startsWith("s1,") ? ",frobnicate" : ",view"));
    DatasetImport read = look(files, OPTIONS).require();
    assertThat(read.report().clicks()).isEqualTo(ShopFiles.CLICKS - 3);
    assertThat(
            read.report().examples().getOrDefault(RefusalReason.EVENT_TYPE, List.of("")).getFirst())
        .contains("(event): \"frobnicate\" is no event type", "--event-types frobnicate=click");
    EventTypes told = EventTypes.DEFAULT.with(Map.of("frobnicate", "purchase"));
    ImportOptions mapped =
        new ImportOptions(false, false, Double.NaN, told, null, NOW_MS, OPTIONS.sizes(), null);
    DatasetImport all = look(files, mapped).require();
    assertThat(events(all))
        .extracting(FeedbackEvent::getType)
        .contains(EventType.EVENT_TYPE_PURCHASE)
        .hasSize(ShopFiles.CLICKS);
    files.eachClick(l -> l.replaceAll("(view|frobnicate)$", "$1x"));
    assertThat(look(files, OPTIONS).require().report().warnings().getFirst())
        .startsWith("column event: its words are no event types that are known");
  }

  @Test
  void emptyFieldsOfASecondLineEraseNothing() throws IOException {
    ShopFiles files = new ShopFiles();
    for (int i = 0; i < ShopFiles.ITEMS; i++) {
      files.items().add("sku" + i + ",,,");
    }
    files.items().add("sku3,other,,");
    DatasetImport read = look(files, OPTIONS).require();
    assertThat(read.report().warnings().getFirst())
        .contains("shop.item has 20 items more than once");
    Map<String, Item> items = items(read);
    assertThat(slots(items, "sku3")).containsOnlyKeys("category", "title", "price");
    assertThat(category(items, "sku3")).isEqualTo("other");
    assertThat(category(items, "sku4")).isEqualTo("dep0");
  }

  @Test
  void columnsOfAnyNameBecomeSlots() throws IOException {
    ShopFiles files =
        new ShopFiles()
            .itemsHeader(
                "item_id:token,category (main):token,Título largo:token_seq,g:price:float");
    files.clicksHeader("session_id:token,item_id:token,timestamp:float,Gerät:token");
    files.eachClick(l -> l + (l.startsWith("s1") ? ",phone" : ",desktop"));
    DatasetImport read = look(files, OPTIONS).require();
    assertThat(read.schema().slots())
        .extracting(s -> s.name())
        .containsExactly("item_id", "category_main", "Titulo_largo", "g_price", "Gerat");
    assertThat(slots(items(read), "sku1"))
        .containsOnlyKeys("category_main", "Titulo_largo", "g_price");
    assertThat(events(read).getFirst().getContextMap()).containsOnlyKeys("Gerat");
    assertThat(uses(read)).containsEntry("g:price", "slot g_price of kind number");
    String header =
        "item_id:token,"
            + "c".repeat(300)
            + ":token,"
            + "c".repeat(299)
            + "!:token_seq,price:float";
    DatasetImport cut = look(new ShopFiles().itemsHeader(header), OPTIONS).require();
    assertThat(cut.schema().slots().get(1).name()).hasSize(128);
    assertThat(cut.schema().slots().get(2).name()).hasSize(128).endsWith("_2");
  }

  @Test
  void saysThatThereIsNothingToPredict() throws IOException {
    ShopFiles files = new ShopFiles();
    for (int i = 1; i <= ShopFiles.CLICKS; i++) {
      files.click(
          i + 1, "n" + i + files.clicks().get(i).substring(files.clicks().get(i).indexOf(',')));
    }
    assertThat(look(files, OPTIONS).require().report().warnings())
        .containsExactly("every visit has one click: there is nothing to predict");
  }

  /** The same file again is known, the next day's under the same name is not. */
  @Test
  void eventIdsFollowFromWhatIsSaid() throws IOException {
    ShopFiles day1 = new ShopFiles();
    day1.clicks().add(day1.clicks().getLast());
    List<String> first = ids(look(day1, OPTIONS));
    assertThat(new HashSet<>(first)).hasSize(ShopFiles.CLICKS + 1);
    assertThat(ids(look(day1, OPTIONS))).isEqualTo(first);
    ShopFiles whole = new ShopFiles();
    whole.clicks().addAll(day1.clicks().subList(ShopFiles.CLICKS, ShopFiles.CLICKS + 1));
    whole.clicks().remove(5);
    Set<String> later = new HashSet<>(ids(look(whole, OPTIONS)));
    assertThat(first).containsAll(later);
    ShopFiles day2 = new ShopFiles().eachClick(l -> "d2" + l);
    assertThat(ids(look(day2, OPTIONS))).doesNotContainAnyElementsOf(first);
  }

  private static List<String> ids(DatasetImport read) throws IOException {
    return events(read).stream().map(FeedbackEvent::getEventId).toList();
  }

  private static Map<String, SlotValue> slots(Map<String, Item> items, String id) {
    return items.getOrDefault(id, Item.getDefaultInstance()).getSlotsMap();
  }

  private static String category(Map<String, Item> items, String id) {
    return items.getOrDefault(id, Item.getDefaultInstance()).getSlotsOrThrow("category").getToken();
  }

  private DatasetImport look(ShopFiles files, ImportOptions options) throws IOException {
    return look(files.write(folder), options);
  }

  private static DatasetImport look(Path folder, ImportOptions options) throws IOException {
    return DatasetImport.look(
        RecBoleDataset.find(folder), options, null, Long.MAX_VALUE, (rows, share) -> {});
  }

  private static Map<String, String> uses(DatasetImport read) {
    Map<String, String> uses = new HashMap<>();
    read.report().columns().forEach(c -> uses.put(c.name(), c.use()));
    return uses;
  }

  private static List<FeedbackEvent> events(DatasetImport read) throws IOException {
    List<FeedbackEvent> events = new ArrayList<>();
    EventWriter writer = read.events();
    try (Interactions rows = read.interactions()) {
      for (Interaction row = rows.next(); row != null; row = rows.next()) {
        events.add(writer.event(row));
      }
    }
    return events;
  }

  private static Map<String, Item> items(DatasetImport read) throws IOException {
    Map<String, Item> items = new HashMap<>();
    try (DatasetItems in = read.items()) {
      for (Item item = in.next(); item != null; item = in.next()) {
        items.put(item.getItemId(), item);
      }
    }
    return items;
  }
}
