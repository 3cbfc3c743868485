package dev.dolmen.server.http;

/** A body of gRPC's frames, which are handed on as they come. */
final class FramesBody implements RequestBody {
  private final HttpStream call;

  FramesBody(HttpStream call) {
    this.call = call;
  }

  @Override
  public void add(byte[] bytes) {
    call.received(bytes.length);
    call.deliverFrames(bytes);
  }

  @Override
  public void end() {
    call.endRequests();
  }

  @Override
  public boolean wantsMore() {
    return call.hasRoom();
  }
}
