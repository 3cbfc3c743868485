package dev.dolmen.server.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.sun.management.ThreadMXBean;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.NumberList;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SlotValue;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The estimate against what parsing allocates. */
class WireWeightTest {
  private static final int MANY = 100_000;

  private static PublishRequest events(FeedbackEvent event) {
    PublishRequest.Builder request = PublishRequest.newBuilder();
    for (int i = 0; i < MANY; i++) {
      request.addEvents(event);
    }
    return request.build();
  }

  private static long weight(PublishRequest request) {
    return WireWeight.of(PublishRequest.getDescriptor()).of(request.toByteArray());
  }

  /** Bytes that parsing allocates: what stays, and what it throws away. */
  private static long allocated(PublishRequest request) throws Exception {
    byte[] bytes = request.toByteArray();
    assertThat(PublishRequest.parseFrom(bytes)).as("classes are loaded").isEqualTo(request);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    PublishRequest parsed = PublishRequest.parseFrom(bytes);
    long after = threads.getCurrentThreadAllocatedBytes();
    assertThat(parsed.getEventsCount()).isEqualTo(MANY);
    return after - before;
  }

  @Test
  void emptyMessagesWeighMuchMoreThanTheirBytes() throws Exception {
    PublishRequest request = events(FeedbackEvent.getDefaultInstance());
    assertThat(request.getSerializedSize()).isEqualTo(2 * MANY);
    assertThat(weight(request)).isGreaterThan(40L * request.getSerializedSize());
    assertThat(allocated(request)).isLessThan(2 * weight(request));
  }

  /** Packed, or number by number as some writers of the format have it. */
  @Test
  void numbersOfAVectorAreCounted() throws Exception {
    NumberList.Builder numbers = NumberList.newBuilder();
    UnknownFieldSet.Field.Builder apart = UnknownFieldSet.Field.newBuilder();
    for (int i = 0; i < 1_000; i++) {
      numbers.addNumber(i);
      apart.addFixed32(Float.floatToRawIntBits(i));
    }
    Item item =
        Item.newBuilder()
            .setItemId("a")
            .putSlots("v", SlotValue.newBuilder().setVector(numbers).build())
            .build();
    WireWeight weight = WireWeight.of(Item.getDescriptor());
    assertThat(weight.of(item.toByteArray())).isBetween(4_000L, 5_000L);
    UnknownFieldSet unpacked = UnknownFieldSet.newBuilder().addField(1, apart.build()).build();
    assertThat(NumberList.parseFrom(unpacked.toByteArray())).isEqualTo(numbers.build());
    assertThat(WireWeight.of(NumberList.getDescriptor()).of(unpacked.toByteArray()))
        .isGreaterThan(2L * 1_000 * Float.BYTES);
  }

  @Test
  void shortTextsAndMapsAreEstimatedWell() throws Exception {
    FeedbackEvent event =
        FeedbackEvent.newBuilder()
            .setEventId("a")
            .setSessionId("b")
            .setItemId("c")
            .putContext("d", "e")
            .build();
    PublishRequest request = events(event);
    assertThat(allocated(request)).isBetween(weight(request) / 3, 2 * weight(request));
  }

  @Test
  void longTextsWeighTheirBytes() {
    PublishRequest request =
        PublishRequest.newBuilder()
            .addEvents(FeedbackEvent.newBuilder().setEventId("x".repeat(1 << 20)))
            .build();
    assertThat(weight(request)).isBetween(1L << 20, (1L << 20) + 1_000);
  }

  @Test
  void whatIsNoMessageWeighsWhatIsReadOfIt() {
    WireWeight weight = WireWeight.of(RecommendRequest.getDescriptor());
    assertThat(weight.of(new byte[0])).isEqualTo(WireWeight.MESSAGE_BYTES);
    assertThat(weight.of(new byte[] {(byte) 0xff, (byte) 0xff}))
        .isEqualTo(WireWeight.MESSAGE_BYTES);
    byte[] groups = new byte[1_000];
    Arrays.fill(groups, (byte) 0x0b); // The beginning of a group, over and over.
    assertThat(weight.of(groups)).isPositive();
    byte[] request = RecommendRequest.newBuilder().setUserId("u".repeat(500)).build().toByteArray();
    assertThat(weight.of(Arrays.copyOf(request, 200))).isLessThan(1_000);
  }

  @Test
  void whatIsNestedWithoutAnEndIsReadAsFarAsAParserDoes() {
    Item item =
        Item.newBuilder().putSlots("a", SlotValue.newBuilder().setToken("b").build()).build();
    ByteString nested = item.toByteString();
    for (int i = 0; i < 1_000; i++) {
      nested = ByteString.copyFrom(new byte[] {0x0a}).concat(nested);
    }
    WireWeight weight = WireWeight.of(PublishRequest.getDescriptor());
    assertThat(weight.of(nested.toByteArray())).isPositive();
  }
}
