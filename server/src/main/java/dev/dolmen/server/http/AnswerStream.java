package dev.dolmen.server.http;

import org.jspecify.annotations.Nullable;

/** How an answer ends that is written as it is made, after its status has gone out. Stateless. */
interface AnswerStream {
  /** One JSON text a line; a failure is the last of them. */
  AnswerStream LINES =
      new AnswerStream() {
        @Override
        public String contentType() {
          return HttpReply.LINES;
        }

        @Override
        public byte[] last(@Nullable HttpFailure failure) {
          return failure == null ? new byte[0] : failure.line();
        }
      };

  /** Of all that is written. */
  String contentType();

  /**
   * What is written last.
   *
   * @param failure what went wrong; null if nothing did
   */
  byte[] last(@Nullable HttpFailure failure);
}
