package dev.dolmen.traffic.drill.attack;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.GetItemRequest;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Items with megabytes in a field that no version of the API has; they must not come back. */
public final class UnknownFields implements Attack {
  private static final int CALLERS = 2;
  private static final int FIELD = 1_000;
  private static final int BYTES = 3 << 20;
  private static final int DEADLINE_SEC = 10;
  private static final String ID = "unknown-fields";

  @Override
  public void start(AttackRun run) throws IOException {
    ManagedChannel channel = run.channel();
    Item item = item();
    run.repeat(
        CALLERS,
        () -> {
          run.countSent();
          if (LargeItems.upsert(channel, item).getRejected() > 0) {
            run.countRefused();
          }
          int bytes =
              CatalogServiceGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(DEADLINE_SEC, TimeUnit.SECONDS)
                  .getItem(GetItemRequest.newBuilder().setItemId(ID).build())
                  .getSerializedSize();
          if (bytes > BYTES) {
            run.fault("unknown fields are kept: an item comes back with " + bytes + " bytes");
          }
        });
  }

  private static Item item() {
    UnknownFieldSet.Field field =
        UnknownFieldSet.Field.newBuilder()
            .addLengthDelimited(ByteString.copyFrom(new byte[BYTES]))
            .build();
    return Item.newBuilder()
        .setItemId(ID)
        .putSlots("title", SlotValue.newBuilder().setToken("steel kettle").build())
        .putSlots("price", SlotValue.newBuilder().setNumber(1).build())
        .setUnknownFields(UnknownFieldSet.newBuilder().addField(FIELD, field).build())
        .build();
  }
}
