package dev.dolmen.server.audit;

import dev.dolmen.parameterstore.feature.ShownText;
import dev.dolmen.v1.CreateSnapshotResponse;
import dev.dolmen.v1.DeleteItemsRequest;
import dev.dolmen.v1.DeleteItemsResponse;
import dev.dolmen.v1.PatchItemsRequest;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.Grpc;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the audit log says of one call: who, from where, which method; how many items, the first of
 * their ids, and what the answer says came of them. Nothing else of a message is kept.
 */
final class AuditEntry {
  private static final int IDS_MAX = 5;

  private final String caller;
  private final ServerCall<?, ?> call;
  private final List<String> itemIds = new ArrayList<>(IDS_MAX);
  private final Map<String, Object> outcome = new LinkedHashMap<>();
  private long items;

  /**
   * Of a call that begins.
   *
   * @param caller name of the principal; empty if the server does not know who it is
   */
  AuditEntry(String caller, ServerCall<?, ?> call) {
    this.caller = caller;
    this.call = call;
  }

  synchronized void received(@Nullable Object request) {
    switch (request) {
      case UpsertItemsRequest upsert -> upsert.getItemsList().forEach(i -> item(i.getItemId()));
      case PatchItemsRequest patch -> patch.getPatchesList().forEach(p -> item(p.getItemId()));
      case DeleteItemsRequest delete -> delete.getItemIdsList().forEach(this::item);
      case null, default -> {}
    }
  }

  private void item(String id) {
    items++;
    if (itemIds.size() < IDS_MAX) {
      itemIds.add(ShownText.of(id));
    }
  }

  synchronized void answered(@Nullable Object response) {
    switch (response) {
      case UpsertItemsResponse upsert -> {
        outcome.put("upserted", upsert.getUpserted());
        outcome.put("rejected", upsert.getRejected());
        outcome.put("log_offset", upsert.getLogOffset());
      }
      case DeleteItemsResponse delete -> {
        outcome.put("deleted", delete.getDeleted());
        outcome.put("unknown", delete.getUnknown());
        outcome.put("log_offset", delete.getLogOffset());
      }
      case CreateSnapshotResponse snapshot -> outcome.put("snapshot_id", snapshot.getSnapshotId());
      case null, default -> {}
    }
  }

  /** Whether a call that ends so had nothing done for it. */
  synchronized boolean changedNothing(Status.Code status) {
    boolean stream = !call.getMethodDescriptor().getType().clientSendsOneMessage();
    return switch (status) {
      case UNAUTHENTICATED,
          PERMISSION_DENIED,
          RESOURCE_EXHAUSTED,
          INVALID_ARGUMENT,
          FAILED_PRECONDITION ->
          items == 0 || !stream;
      case UNAVAILABLE -> items == 0;
      default -> false;
    };
  }

  /** Its fields in their order, without the time. */
  synchronized Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (!caller.isEmpty()) {
      fields.put("principal", ShownText.of(caller));
    }
    fields.put("remote", remote());
    // Of a caller who is not let in this is any text.
    fields.put("method", ShownText.of(call.getMethodDescriptor().getFullMethodName()));
    if (items > 0) {
      fields.put("items", items);
      fields.put("item_ids", List.copyOf(itemIds));
    }
    fields.putAll(outcome);
    return fields;
  }

  private String remote() {
    return shown(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
  }

  /** The other end of a connection. */
  static String shown(@Nullable SocketAddress remote) {
    return remote instanceof InetSocketAddress address
        ? address.getAddress().getHostAddress() + ":" + address.getPort()
        : "unknown";
  }
}
