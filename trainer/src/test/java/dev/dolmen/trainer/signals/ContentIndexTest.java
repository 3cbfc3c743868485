package dev.dolmen.trainer.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.model.layer.SignalNetwork;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.NumberList;
import dev.dolmen.v1.SlotValue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ContentIndexTest {
  private static final Schema SCHEMA = Schemas.everyKind();
  private static final String[] WORDS = {
    "red", "blue", "shoe", "boot", "sale", "kids", "men", "xl"
  };

  private final Catalog catalog =
      new Catalog(new FeatureExtractor(SCHEMA), CatalogOptions.defaults());
  private final ContentIndex content = new ContentIndex(SCHEMA, catalog);
  private final Map<Integer, Set<String>> items = new TreeMap<>();

  private int put(String id, String brand, String title) {
    boolean returns = catalog.isWithdrawn(id);
    boolean isNew = !returns && catalog.indexOf(id) < 0;
    Item.Builder item = Item.newBuilder().setItemId(id);
    Set<String> tokens = new HashSet<>();
    if (!brand.isEmpty()) {
      item.putSlots("brand", SlotValue.newBuilder().setToken(brand).build());
      tokens.add("brand " + brand);
    }
    if (!title.isEmpty()) {
      item.putSlots("title", SlotValue.newBuilder().setToken(title).build());
      tokens.addAll(Arrays.asList(title.split(" ")));
    }
    item.putSlots("price", SlotValue.newBuilder().setNumber(id.hashCode()).build());
    int index = catalog.upsert(item.build()).index();
    if (returns) {
      content.returned(index);
    } else if (isNew) {
      content.added(index);
    } else {
      content.changed(index);
    }
    items.put(index, tokens);
    return index;
  }

  /** Clusters of vectors, and nothing else that says what is like what. */
  @Test
  void whatIsLikeAnItemByItsVectorIsFound() {
    Slot id = Schemas.slot("item", SlotKind.ID, Schemas.rows(16, 3, 0, 1000));
    Schema schema = Schemas.withVectors(new Schema(List.of(id)), 64);
    Catalog vectors = new Catalog(new FeatureExtractor(schema), CatalogOptions.defaults());
    ContentIndex index = new ContentIndex(schema, vectors);
    Random random = new Random(3);
    double[][] middles = new double[20][64];
    for (double[] middle : middles) {
      Arrays.setAll(middle, d -> random.nextGaussian());
    }
    for (int i = 0; i < 400; i++) {
      NumberList.Builder numbers = NumberList.newBuilder();
      for (double d : middles[i % 20]) {
        numbers.addNumber((float) (i * (d + 0.5 * random.nextGaussian())));
      }
      Item.Builder item = Item.newBuilder().setItemId("v" + i);
      if (i >= 20) {
        item.putSlots("embedding", SlotValue.newBuilder().setVector(numbers).build());
      }
      index.added(vectors.upsert(item.build()).index());
    }
    LikeItems like = new LikeItems(index);
    assertThat(like.of(7).size()).as("without a vector").isZero();
    int own = 0;
    int first = 0;
    for (int i = 20; i < 400; i++) {
      LikeItems.Found found = like.of(i);
      for (int n = 0; n < found.size(); n++) {
        own += found.items()[n] % 20 == i % 20 ? 1 : 0;
      }
      assertThat(found.size()).isPositive();
      first += largest(found) % 20 == i % 20 ? 1 : 0;
    }
    // Of 18 others of its kind each.
    assertThat(own).isGreaterThan(380 * 14);
    assertThat(first).isGreaterThan(370);
    // What has gone is found no longer.
    int gone = like.of(25).items()[0];
    index.withdrawn(gone);
    assertThat(like.of(25).items()).doesNotContain(gone);
  }

  /** Tokens of vectors next to words found less than words alone. */
  @Test
  void vectorsSayNothingWhereThereAreWords() {
    Schema schema = Schemas.withVectors(SCHEMA, 2);
    Catalog words = new Catalog(new FeatureExtractor(schema), CatalogOptions.defaults());
    ContentIndex index = new ContentIndex(schema, words);
    for (int i = 0; i < 4; i++) {
      NumberList numbers = NumberList.newBuilder().addNumber(1).addNumber(2).build();
      Item item =
          Item.newBuilder()
              .setItemId("w" + i)
              .putSlots("brand", SlotValue.newBuilder().setToken("b" + i / 2).build())
              .putSlots("embedding", SlotValue.newBuilder().setVector(numbers).build())
              .build();
      index.added(words.upsert(item).index());
    }
    assertThat(index.tokens(0)).hasSize(1);
    assertThat(new LikeItems(index).of(0).items()).containsExactly(1);
  }

  private static int largest(LikeItems.Found found) {
    int best = 0;
    for (int n = 1; n < found.size(); n++) {
      best = found.likeness()[n] > found.likeness()[best] ? n : best;
    }
    return found.items()[best];
  }

  private void delete(String id) {
    int index = catalog.indexOf(id);
    catalog.delete(id, 0);
    content.withdrawn(index);
    items.remove(index);
  }

  /** Words may be fewer than those of a title: a schema reads the first four. */
  private String title(Random random) {
    Set<String> words = new HashSet<>();
    for (int n = random.nextInt(4); n >= 0; n--) {
      words.add(WORDS[random.nextInt(WORDS.length)]);
    }
    return String.join(" ", words);
  }

  private void changeOften(Random random, int times) {
    for (int i = 0; i < times; i++) {
      String id = "i" + random.nextInt(30);
      if (random.nextInt(4) == 0 && catalog.indexOf(id) >= 0) {
        delete(id);
      } else {
        String brand = random.nextInt(5) == 0 ? "" : "b" + random.nextInt(4);
        put(id, brand, random.nextInt(6) == 0 ? "" : title(random));
      }
    }
  }

  private double rarity(String token) {
    long all = items.values().stream().filter(t -> !t.isEmpty()).count();
    long with = items.values().stream().filter(t -> t.contains(token)).count();
    double exact = 1 + (double) all / with;
    // The logarithm is linear between powers of two.
    int exponent = Math.getExponent(exact);
    return Math.pow(exponent + exact / (1L << exponent) - 1, 2);
  }

  private double cosine(Set<String> a, Set<String> b) {
    double both = a.stream().filter(b::contains).mapToDouble(this::rarity).sum();
    double squares =
        a.stream().mapToDouble(this::rarity).sum() * b.stream().mapToDouble(this::rarity).sum();
    return both == 0 ? 0 : both / Math.sqrt(squares);
  }

  private static Map<Integer, Float> likes(ContentIndex index, int item) {
    Map<Integer, Float> likes = new HashMap<>();
    LikeItems.Found found = new LikeItems(index).of(item);
    for (int i = 0; i < found.size(); i++) {
      likes.put(found.items()[i], found.likeness()[i]);
    }
    return likes;
  }

  /** Thirty items or fewer: all that have anything in common are found. */
  @Test
  void findsWhatComparingEveryPairFinds() {
    Random random = new Random(3);
    LikeItems kept = new LikeItems(content);
    AtomicInteger compared = new AtomicInteger();
    for (int round = 0; round < 60; round++) {
      changeOften(random, 7);
      items.forEach((item, tokens) -> {
        Map<Integer, Float> likes = likes(content, item);
        assertThat(kept.of(item).items()).containsExactlyInAnyOrder(toArray(likes.keySet()));
        assertThat(items.keySet()).containsAll(likes.keySet());
        items.forEach((other, others) -> {
          double expected = other.equals(item) ? 0 : cosine(tokens, others);
          double found = likes.getOrDefault(other, 0f);
          assertThat(found).isCloseTo(expected, within(1e-5));
        });
        compared.addAndGet(likes.size());
      });
    }
    assertThat(compared.get()).isGreaterThan(5_000);
  }

  private static int[] toArray(Set<Integer> all) {
    return all.stream().mapToInt(i -> i).toArray();
  }

  /** A snapshot holds the catalog, and nothing of the index. */
  @Test
  void aStartFindsTheSameToTheBit() throws IOException {
    changeOften(new Random(4), 500);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    catalog.writeTo(new DataOutputStream(bytes));
    Catalog restored = new Catalog(new FeatureExtractor(SCHEMA), CatalogOptions.defaults());
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
    restored.readFrom(in);
    ContentIndex again = new ContentIndex(SCHEMA, restored);
    again.readFrom(in);
    assertThat(items).isNotEmpty();
    for (int item : items.keySet()) {
      LikeItems.Found live = new LikeItems(content).of(item);
      LikeItems.Found read = new LikeItems(again).of(item);
      assertThat(read.items()).isEqualTo(live.items());
      assertThat(read.likeness()).isEqualTo(live.likeness());
    }
    assertThat(again.bytes()).isEqualTo(content.bytes());
  }

  @Test
  void holdsNothingOfWhatIsGone() {
    changeOften(new Random(5), 300);
    long empty = new ContentIndex(SCHEMA, catalog).bytes();
    assertThat(content.bytes()).isGreaterThan(empty);
    for (int i = 0; i < 30; i++) {
      if (catalog.indexOf("i" + i) >= 0) {
        delete("i" + i);
      }
    }
    assertThat(content.bytes()).isEqualTo(empty);
    int one = put("one", "b", "new words here");
    int two = put("two", "b", "new words here");
    assertThat(likes(content, one)).containsOnlyKeys(two);
  }

  @Test
  void whatManyHaveVisitedIsKnownByItsVisitsAlone() {
    int boot = put("boot", "acme", "red boot");
    int shoe = put("shoe", "acme", "red shoe");
    int other = put("other", "else", "kids xl");
    CoVisits coVisits = new CoVisits(1_000);
    SessionSignals signals = new SessionSignals(coVisits, content);
    float[] learned = new float[SignalNetwork.PARAMETERS];
    for (int i = 0; i < learned.length; i++) {
      learned[i] = (float) Math.sin(i);
    }
    ScoreBonuses bonuses = new ScoreBonuses();
    for (int visits = 0; visits < 20; visits++) {
      signals.of(new int[] {boot}, 0, 1);
      signals.addTo(bonuses, learned);
      assertThat(bonuses.of(visits, boot)).isNotZero();
      assertThat(bonuses.of(visits, shoe) != 0).as("%d visits", visits).isEqualTo(visits <= 10);
      // The tenth makes it a little less than ten, as earlier ones count less.
      int place = placeOf(signals, shoe);
      assertThat(place >= 0).as("%d visits", visits).isEqualTo(visits <= 10);
      assertThat(place < 0 || signals.speaksOf(place, false)).isTrue();
      signals.of(new int[] {boot}, 0, 1, item -> item == shoe);
      assertThat(signals.speaksOf(placeOf(signals, shoe), true)).isTrue();
      coVisits.add(visits, new int[] {shoe, other}, 1);
    }
    assertThat(placeOf(signals, other)).isNegative();
  }

  /** What a visitor wants is in all of a long visit, not in its end alone. */
  @Test
  void whatIsLikeAnEarlyItemOfALongVisitIsLikeTheVisit() {
    int boot = put("boot", "acme", "red boot");
    int shoe = put("shoe", "acme", "red shoe");
    int[] visit = new int[SessionSignals.LIKE_REACH + 1];
    visit[1] = boot;
    visit[0] = put("first", "first", "first words");
    int like = put("like the first", "first", "first words");
    for (int i = 2; i < visit.length; i++) {
      visit[i] = put("i" + i, "brand" + i, "word" + i);
    }
    SessionSignals signals = new SessionSignals(new CoVisits(1_000), content);
    signals.of(visit, 0, visit.length);
    assertThat(placeOf(signals, shoe)).isNotNegative();
    // Bounded: the one before has no say.
    assertThat(placeOf(signals, like)).isNegative();
    float early = signals.strength(placeOf(signals, shoe), false);
    signals.of(new int[] {visit[0], boot}, 0, 2);
    assertThat(early).isPositive().isLessThan(signals.strength(placeOf(signals, shoe), false));
  }

  private static int placeOf(SessionSignals signals, int item) {
    for (int place = 0; place < signals.size(); place++) {
      if (signals.item(place) == item) {
        return place;
      }
    }
    return -1;
  }

  @Test
  void numbersAndIdsSayNothing() {
    int one = put("same", "", "");
    int two = put("other", "", "red");
    assertThat(likes(content, one)).isEmpty();
    assertThat(likes(content, two)).isEmpty();
  }

  /**
   * All of a large category are alike: each has some of them, and none is in all lists or in none.
   */
  @Test
  void ofManyAlikeEachHasOthers() {
    int n = 2_000;
    for (int i = 0; i < n; i++) {
      put("i" + i, "one", "");
    }
    int[] times = new int[n];
    LikeItems like = new LikeItems(content);
    for (int item = 0; item < n; item++) {
      LikeItems.Found found = like.of(item);
      assertThat(found.size()).isEqualTo(LikeItems.CAPACITY);
      for (int i = 0; i < found.size(); i++) {
        times[found.items()[i]]++;
        assertThat(found.likeness()[i]).isCloseTo(1, within(1e-6f));
      }
    }
    int newest = Arrays.stream(times, n - 100, n).sum();
    assertThat(newest / 100.0).isBetween(0.7 * LikeItems.CAPACITY, 1.4 * LikeItems.CAPACITY);
    assertThat(Arrays.stream(times).filter(t -> t == 0).count()).isLessThan(5);
  }
}
