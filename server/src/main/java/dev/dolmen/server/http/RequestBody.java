package dev.dolmen.server.http;

/** Takes a request's body as it comes, and makes messages of it. Of the event loop only. */
interface RequestBody {
  /** Takes the next bytes. */
  void add(byte[] bytes);

  /** That was all. */
  void end();

  /** Whether more may come now. */
  boolean wantsMore();
}
