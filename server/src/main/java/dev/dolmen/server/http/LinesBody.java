package dev.dolmen.server.http;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.dolmen.server.api.LargeRequests;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** A body of lines, each of which is an element of one field, in a message of its own. */
final class LinesBody implements RequestBody {
  private final HttpStream call;
  private final HttpSetup setup;
  private final FieldDescriptor element;

  /** A line that has not ended. */
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  /** What came and has not been looked at, from an index on. */
  private byte[] waiting = {};

  private int from;
  private long number;
  private boolean busy;
  private boolean ended;

  LinesBody(HttpStream call, HttpSetup setup) {
    this.call = call;
    this.setup = setup;
    element = call.route().request().getDescriptorForType().findFieldByName(call.route().body());
  }

  @Override
  public void add(byte[] bytes) {
    call.received(bytes.length);
    byte[] all = new byte[waiting.length - from + bytes.length];
    System.arraycopy(waiting, from, all, 0, waiting.length - from);
    System.arraycopy(bytes, 0, all, waiting.length - from, bytes.length);
    waiting = all;
    from = 0;
    go();
  }

  @Override
  public void end() {
    ended = true;
    go();
  }

  @Override
  public boolean wantsMore() {
    return !busy && !ended && call.hasRoom();
  }

  private void go() {
    while (!busy && !call.isRefused()) {
      int end = from;
      while (end < waiting.length && waiting[end] != '\n') {
        end++;
      }
      boolean whole = end < waiting.length;
      int max = setup.limits().maxMessageBytes();
      if (line.size() + end - from > max) {
        call.refuse(HttpChecks.tooLarge("line " + (number + 1), max));
        return;
      }
      line.write(waiting, from, end - from);
      from = whole ? end + 1 : end;
      if (whole || (ended && line.size() > 0)) {
        take();
      } else {
        if (ended) {
          call.endRequests();
        }
        return;
      }
    }
  }

  private void take() {
    byte[] text = line.toByteArray();
    line.reset();
    number++;
    if (isBlank(text)) {
      return;
    }
    if (text.length < LargeRequests.SMALL_BYTES) {
      deliver(read(text));
      return;
    }
    busy = true;
    setup
        .elsewhere()
        .execute(() -> {
          Line read = LargeRequests.OF_PROCESS.inTurn(() -> read(text));
          call.onLoop(() -> {
            busy = false;
            deliver(read);
            go();
            call.readMore();
          });
        });
  }

  private static boolean isBlank(byte[] text) {
    for (byte b : text) {
      if (b != ' ' && b != '\r' && b != '\t') {
        return false;
      }
    }
    return true;
  }

  /** One of the two. */
  @SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
  private record Line(byte @Nullable [] message, @Nullable JsonProblem problem) {}

  private Line read(byte[] text) {
    Message.Builder message = call.route().request().newBuilderForType();
    try {
      JsonReader.readField(text, element, message);
      return new Line(message.build().toByteArray(), null);
    } catch (JsonProblem e) {
      return new Line(null, e);
    }
  }

  private void deliver(Line read) {
    if (read.message() != null) {
      call.deliver(read.message());
    } else if (read.problem() != null) {
      call.refuse(HttpFailure.of(read.problem().in("line " + number)));
    }
  }
}
