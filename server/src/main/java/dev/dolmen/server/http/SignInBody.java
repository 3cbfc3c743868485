package dev.dolmen.server.http;

import com.google.rpc.Code;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** A small body, collected. */
final class SignInBody implements RequestBody {
  static final int MAX_BYTES = 16 << 10;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final HttpExchange exchange;
  private final Consumer<byte[]> whole;

  /**
   * @param whole takes it
   */
  SignInBody(HttpExchange exchange, Consumer<byte[]> whole) {
    this.exchange = exchange;
    this.whole = whole;
  }

  @Override
  public void add(byte[] part) {
    if (part.length > MAX_BYTES - bytes.size()) {
      exchange.fail(
          HttpFailure.of(
              HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
              Code.RESOURCE_EXHAUSTED,
              "the body is larger than " + MAX_BYTES + " bytes"));
      return;
    }
    bytes.writeBytes(part);
  }

  @Override
  public void end() {
    whole.accept(bytes.toByteArray());
  }

  @Override
  public boolean wantsMore() {
    return true;
  }
}
