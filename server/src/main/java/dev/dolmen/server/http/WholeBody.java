package dev.dolmen.server.http;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.dolmen.server.api.LargeRequests;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** A body that is one message, or one field of it. */
final class WholeBody implements RequestBody {
  private final HttpStream call;
  private final HttpSetup setup;
  private final Message.Builder message;
  private final boolean gzipped;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /**
   * @param message with what path and query say
   * @param gzipped whether the body is compressed
   */
  WholeBody(HttpStream call, HttpSetup setup, Message.Builder message, boolean gzipped) {
    this.call = call;
    this.setup = setup;
    this.message = message;
    this.gzipped = gzipped;
  }

  @Override
  public void add(byte[] part) {
    int max = setup.limits().maxMessageBytes();
    if (part.length > max - bytes.size()) {
      call.refuse(HttpChecks.tooLarge("body", max));
      return;
    }
    call.received(part.length);
    bytes.writeBytes(part);
  }

  @Override
  public void end() {
    byte[] body = bytes.toByteArray();
    if (!gzipped && body.length < LargeRequests.SMALL_BYTES) {
      deliver(read(body));
      return;
    }
    setup
        .elsewhere()
        .execute(() -> {
          Read read = LargeRequests.OF_PROCESS.inTurn(() -> read(body));
          call.onLoop(() -> deliver(read));
        });
  }

  @Override
  public boolean wantsMore() {
    return true;
  }

  private sealed interface Read {
    @SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
    record Good(byte[] message) implements Read {}

    record Bad(HttpFailure failure) implements Read {}
  }

  private Read read(byte[] body) {
    try {
      byte[] json = gzipped ? decompressed(body) : body;
      int max = setup.limits().maxMessageBytes();
      if (json.length > max) {
        return new Read.Bad(HttpChecks.tooLarge("body, after decompression,", max));
      }
      parse(json);
      return new Read.Good(message.build().toByteArray());
    } catch (JsonProblem e) {
      return new Read.Bad(HttpFailure.of(e));
    }
  }

  private void parse(byte[] json) throws JsonProblem {
    String field = call.route().body();
    if (field.equals("*")) {
      JsonReader.read(json, message);
      return;
    }
    FieldDescriptor body = message.getDescriptorForType().findFieldByName(field);
    try {
      JsonReader.readField(json, body, message);
    } catch (JsonProblem e) {
      throw e.in(field);
    }
  }

  /** All of it, or one byte more than a body may have. */
  private byte[] decompressed(byte[] body) throws JsonProblem {
    try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(body))) {
      byte[] json = plain.readNBytes(setup.limits().maxMessageBytes() + 1);
      call.received(json.length);
      return json;
    } catch (IOException e) {
      throw new JsonProblem("", "is no gzip, though its content-encoding says so");
    }
  }

  private void deliver(Read read) {
    switch (read) {
      case Read.Good good -> {
        call.deliver(good.message());
        call.endRequests();
      }
      case Read.Bad bad -> call.refuse(bad.failure());
    }
  }
}
