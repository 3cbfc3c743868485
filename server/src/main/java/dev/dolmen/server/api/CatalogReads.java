package dev.dolmen.server.api;

import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.server.access.Principal;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.GetItemHistoryRequest;
import dev.dolmen.v1.GetItemHistoryResponse;
import dev.dolmen.v1.GetItemRequest;
import dev.dolmen.v1.GetItemRowsRequest;
import dev.dolmen.v1.GetItemRowsResponse;
import dev.dolmen.v1.GetSchemaRequest;
import dev.dolmen.v1.GetSchemaResponse;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ListItemsRequest;
import dev.dolmen.v1.ListItemsResponse;
import dev.dolmen.v1.SchemaSlot;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Locale;

/** Shows the catalogue and changes nothing. */
class CatalogReads extends CatalogServiceGrpc.CatalogServiceImplBase {
  private static final int PAGE_DEFAULT = 100;
  private static final int PAGE_MAX = 1_000;

  /** The golden ratio's fraction, by which numbers close to each other end far apart. */
  private static final int CHECK_FACTOR = 0x9e3779b9;

  private static final int CHECK_SHIFT = 12;

  /** A page ends before it would be larger than this. */
  private static final int PAGE_BYTES_MAX = 3 << 20;

  /** Items that are looked at for a page of those with some words. */
  private static final int LOOKED_AT_MAX = 20_000;

  private final LiveState live;
  private final List<String> rankers;
  private final ItemCurves curves;
  private final ItemRowFacts rows;

  /**
   * @param rankers that a request for recommendations may name
   * @param curves how often items were shown and clicked
   */
  CatalogReads(LiveState live, List<String> rankers, ItemCurves curves) {
    this.curves = curves;
    rows = new ItemRowFacts(live);
    this.live = live;
    this.rankers = List.copyOf(rankers);
  }

  @Override
  public void getItem(GetItemRequest request, StreamObserver<Item> out) {
    Fields.text("item_id", request.getItemId(), Fields.ITEM_ID_BYTES_MAX);
    CatalogItem item = live.catalog().item(request.getItemId());
    if (item == null) {
      throw Errors.noItem("item_id", request.getItemId());
    }
    out.onNext(live.catalog().whole(item));
    out.onCompleted();
  }

  @Override
  public void getItemHistory(
      GetItemHistoryRequest request, StreamObserver<GetItemHistoryResponse> out) {
    out.onNext(curves.of(request));
    out.onCompleted();
  }

  @Override
  public void getItemRows(GetItemRowsRequest request, StreamObserver<GetItemRowsResponse> out) {
    out.onNext(rows.of(request));
    out.onCompleted();
  }

  @Override
  public void listItems(ListItemsRequest request, StreamObserver<ListItemsResponse> out) {
    out.onNext(page(request, Admission.caller()));
    out.onCompleted();
  }

  /**
   * A page of items.
   *
   * @param caller asked again and again, as a page may lie behind many places without an item
   */
  ListItemsResponse page(ListItemsRequest request, Caller caller) {
    int size = request.getPageSize();
    if (size < 0 || size > PAGE_MAX) {
      throw Fields.invalid(
          "page_size", Integer.toUnsignedString(size) + ", expected 0 to " + PAGE_MAX);
    }
    int wanted = size == 0 ? PAGE_DEFAULT : size;
    Fields.optionalText("query", request.getQuery(), SearchWords.BYTES_MAX);
    SearchWords words = new SearchWords(request.getQuery());
    int index = pageStart(request.getPageToken());
    int limit = live.catalog().indexLimit();
    int last = words.isNone() ? limit : Math.min(limit, index + LOOKED_AT_MAX);
    ListItemsResponse.Builder page = ListItemsResponse.newBuilder();
    int bytes = 0;
    for (; index < last && page.getItemsCount() < wanted; index++) {
      caller.checkEvery(index);
      CatalogItem item = live.catalog().item(index);
      if (item != null) {
        Item whole = live.catalog().whole(item);
        if (!words.areIn(whole)) {
          continue;
        }
        bytes += whole.getSerializedSize();
        if (bytes > PAGE_BYTES_MAX && page.getItemsCount() > 0) {
          break;
        }
        page.addItems(whole);
      }
    }
    if (index < limit) {
      page.setNextPageToken(pageToken(index));
    }
    return page.build();
  }

  @Override
  public void getSchema(GetSchemaRequest request, StreamObserver<GetSchemaResponse> out) {
    GetSchemaResponse.Builder response = GetSchemaResponse.newBuilder();
    for (Slot slot : live.schema().slots()) {
      response.addSlots(
          SchemaSlot.newBuilder()
              .setName(slot.name())
              .setKind(slot.kind().name().toLowerCase(Locale.ROOT))
              .setRequired(slot.required())
              .setSize(size(slot)));
    }
    Principal.current().roles().stream()
        .sorted()
        .map(Role::spelled)
        .forEach(response::addCallerRoles);
    out.onNext(response.addAllRankers(rankers).build());
    out.onCompleted();
  }

  private static int size(Slot slot) {
    return switch (slot.kind()) {
      case CATEGORY_PATH -> slot.levels();
      case TOKENS, TEXT -> slot.maxTokens();
      case VECTOR -> slot.dimension();
      case CATEGORY, NUMBER, AGE, ID, CONTEXT -> 0;
    };
  }

  /** The index, and what tells a token from any other word. */
  private static String pageToken(int index) {
    int check = ((index + 1) * CHECK_FACTOR) >>> CHECK_SHIFT;
    return Integer.toString(index, 36) + '.' + Integer.toString(check, 36);
  }

  private static int pageStart(String token) {
    if (token.isEmpty()) {
      return 0;
    }
    int index = -1;
    try {
      index = Integer.parseInt(token, 0, Math.max(0, token.indexOf('.')), 36);
    } catch (NumberFormatException e) {
      // Refused below.
    }
    if (index < 0 || !pageToken(index).equals(token)) {
      throw Fields.invalid(
          "page_token", Errors.describe(token) + ", expected next_page_token of the page before");
    }
    return index;
  }
}
