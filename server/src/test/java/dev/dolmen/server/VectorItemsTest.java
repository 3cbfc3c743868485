package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.trainer.Patience;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.Filter;
import dev.dolmen.v1.GetItemRequest;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ItemError;
import dev.dolmen.v1.ItemPatch;
import dev.dolmen.v1.ListItemsRequest;
import dev.dolmen.v1.NumberList;
import dev.dolmen.v1.PatchItemsRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import dev.dolmen.v1.UpsertItemsResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Items that bring vectors of their own, over a socket. */
class VectorItemsTest {
  private static final int DIMENSION = 16;
  private static final int TASTES = 4;
  private static final int ITEMS = 10;

  @TempDir static Path directory;
  private static TestServer server;

  @BeforeAll
  static void start() throws Exception {
    server =
        new TestServer(
            TestServer.config(directory)
                .withEngine(e -> e.schema(Schemas.withVectors(Schemas.shop(), DIMENSION))));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static SlotValue vector(float... numbers) {
    NumberList.Builder list = NumberList.newBuilder();
    for (float number : numbers) {
      list.addNumber(number);
    }
    return SlotValue.newBuilder().setVector(list).build();
  }

  /** A vector near the direction of a taste. */
  private static SlotValue near(int taste, SplittableRandom random) {
    float[] numbers = new float[DIMENSION];
    for (int d = 0; d < DIMENSION; d++) {
      numbers[d] = (float) random.nextGaussian() * 0.15f + (d % TASTES == taste ? 1 : 0);
    }
    return vector(numbers);
  }

  private static SlotValue first(float number) {
    float[] numbers = new float[DIMENSION];
    numbers[0] = number;
    return vector(numbers);
  }

  private static Item.Builder item(String id, SlotValue vector) {
    return Item.newBuilder()
        .setItemId(id)
        .putSlots("category", TestServer.path("all"))
        .putSlots("embedding", vector);
  }

  private static Item get(String id) {
    return server.catalog().getItem(GetItemRequest.newBuilder().setItemId(id).build());
  }

  private static float number(Item item, int index) {
    return item.getSlotsOrThrow("embedding").getVector().getNumber(index);
  }

  @Test
  void badVectorsAreRefusedByFieldValueAndExpectation() {
    float[] infinite = new float[DIMENSION];
    infinite[3] = Float.POSITIVE_INFINITY;
    UpsertItemsResponse response =
        server.upsert(
            item("short", vector(1, 2)).build(),
            item("infinite", vector(infinite)).build(),
            item("zero", vector(new float[DIMENSION])).build(),
            item("text", TestServer.token("0.1 0.2")).build(),
            item("good", first(-3)).build());
    assertThat(response.getUpserted()).isEqualTo(1);
    assertThat(response.getErrorsList())
        .extracting(ItemError::getField)
        .containsExactly(
            "slots[embedding].vector.number",
            "slots[embedding].vector.number[3]",
            "slots[embedding].vector.number",
            "slots[embedding]");
    assertThat(response.getErrorsList())
        .extracting(ItemError::getMessage)
        .satisfiesExactly(
            m -> assertThat(m).isEqualTo("\"2 numbers\", expected 16, the slot's dimension"),
            m -> assertThat(m).isEqualTo("\"Infinity\", expected a finite number"),
            m -> assertThat(m).contains("\"16 times 0\", expected a vector with a direction"),
            m -> assertThat(m).contains("\"token\", expected vector, as the slot is of kind"));
    assertThatThrownBy(() ->
            server
                .recommendations()
                .score(
                    ScoreRequest.newBuilder()
                        .setSession(recommend("good").getSession())
                        .addItems(item("inline", vector(1)))
                        .build()))
        .hasMessageContaining(
            "INVALID_ARGUMENT: items[0].slots[embedding].vector.number: \"1 numbers\"");
    assertThatThrownBy(() ->
            server
                .recommendations()
                .recommend(
                    recommend("good")
                        .addFilters(
                            Filter.newBuilder()
                                .setSlot("embedding")
                                .setAnyOf(TokenList.newBuilder().addToken("x")))
                        .build()))
        .hasMessageContaining("filters[0].slot: \"embedding\" is of kind vector");
  }

  @Test
  void aVectorIsShownAsItIsKeptAndAPatchOfOthersLeavesItAlone() {
    float[] numbers = new float[DIMENSION];
    for (int d = 0; d < DIMENSION; d++) {
      numbers[d] = d - 5.3f;
    }
    server.upsert(item("p", vector(numbers)).build());
    Item kept = awaited("p");
    double squares = 0;
    for (int d = 0; d < DIMENSION; d++) {
      squares += number(kept, d) * number(kept, d);
    }
    assertThat(squares).isCloseTo(1, within(1.0 / 64));
    assertThat(number(kept, 0) / number(kept, 10)).isCloseTo(-5.3f / 4.7f, within(0.01f));
    SlotValue price = SlotValue.newBuilder().setNumber(8).build();
    patch(ItemPatch.newBuilder().setItemId("p").putSlots("price", price));
    assertThat(get("p")).isEqualTo(kept.toBuilder().putSlots("price", price).build());
    assertThat(server.catalog().listItems(ListItemsRequest.newBuilder().setPageSize(1_000).build()))
        .extracting(page -> page.getItemsList().contains(get("p")))
        .isEqualTo(true);
    UpsertItemsResponse refused =
        patch(ItemPatch.newBuilder().setItemId("p").putSlots("embedding", vector(1, 2, 3)));
    assertThat(refused.getErrors(0).getField()).isEqualTo("slots[embedding].vector.number");
    patch(ItemPatch.newBuilder().setItemId("p").putSlots("embedding", first(7)));
    assertThat(number(get("p"), 0)).isEqualTo(1);
    patch(ItemPatch.newBuilder().setItemId("p").addClearSlots("embedding"));
    assertThat(get("p").getSlotsMap()).containsOnlyKeys("category", "price");
  }

  private static UpsertItemsResponse patch(ItemPatch.Builder patch) {
    UpsertItemsResponse response =
        server.catalog().patchItems(PatchItemsRequest.newBuilder().addPatches(patch).build());
    await(response.getLogOffset());
    return response;
  }

  private static Item awaited(String id) {
    await(server.upsert(item("last", first(1)).build()).getLogOffset());
    return get(id);
  }

  private static void await(long offset) {
    try {
      assertThat(server.running().engine().ingest().awaitApplied(offset, Patience.FAR)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static RecommendRequest.Builder recommend(String... clicked) {
    RecommendRequest.Builder request = RecommendRequest.newBuilder().setK(10);
    for (String id : clicked) {
      request
          .getSessionBuilder()
          .addEvents(SessionEvent.newBuilder().setItemId(id).setType(EventType.EVENT_TYPE_CLICK));
    }
    return request;
  }

  /**
   * Visitors keep to a taste, which nothing but the vectors tells. Of items that have just come,
   * the one near what a visitor clicked stands before those that are far, whatever came in which
   * order.
   */
  @Test
  void aNewItemNearWhatWasClickedStandsBeforeOneThatIsFar() throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    List<Item> items = new ArrayList<>();
    for (int taste = 0; taste < TASTES; taste++) {
      for (int i = 0; i < ITEMS; i++) {
        items.add(item("t" + taste + "-" + i, near(taste, random)).build());
      }
    }
    server.upsert(items.toArray(new Item[0]));
    for (int visit = 0; visit < 200; visit++) {
      String[] clicks = new String[4];
      for (int i = 0; i < clicks.length; i++) {
        clicks[i] = "t" + visit % TASTES + "-" + random.nextInt(ITEMS);
      }
      server.click("visit-" + visit, clicks);
    }
    List<Item> fresh = new ArrayList<>();
    for (int taste = 0; taste < TASTES; taste++) {
      for (int n = 0; n < 3; n++) {
        fresh.add(item("new-" + taste + "-" + n, near(taste, random)).build());
      }
    }
    Collections.shuffle(fresh, new java.util.Random(1));
    await(server.upsert(fresh.toArray(new Item[0])).getLogOffset());
    for (int taste = 0; taste < TASTES; taste++) {
      String prefix = "new-" + taste;
      RecommendRequest.Builder request = recommend("t" + taste + "-1", "t" + taste + "-2");
      fresh.forEach(item -> request.addCandidateItemIds(item.getItemId()));
      RecommendResponse answer = server.recommendations().recommend(request.build());
      assertThat(answer.getItemsList().subList(0, 3))
          .as("taste %d", taste)
          .allMatch(i -> i.getItemId().startsWith(prefix));
      // The same of items that the catalogue does not have.
      assertThat(server.recommendations().score(inline(taste, random)).getItemsList())
          .satisfies(scored ->
              assertThat(scored.get(0).getScore()).isGreaterThan(scored.get(1).getScore()));
    }
  }

  private static ScoreRequest inline(int taste, SplittableRandom random) {
    return ScoreRequest.newBuilder()
        .setSession(recommend("t" + taste + "-1", "t" + taste + "-2").getSession())
        .addItems(item("x", near(taste, random)))
        .addItems(item("y", near((taste + 1) % TASTES, random)))
        .build();
  }
}
