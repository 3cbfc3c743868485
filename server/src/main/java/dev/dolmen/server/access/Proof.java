package dev.dolmen.server.access;

import io.grpc.Context;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * What a caller has proven who it is with. It may end while a call is under way: a stream of
 * requests can be open for days, and a key be revoked meanwhile.
 */
public interface Proof {
  /** Nothing is asked for. */
  Proof NONE_NEEDED = Proof.forever(Principal.ANYBODY);

  /** Of the call whose context this thread runs in. */
  Context.Key<Proof> CURRENT = Context.keyWithDefault("dolmen-proof", NONE_NEEDED);

  /** Who that is. */
  Principal principal();

  /** Why it proves nothing any more; null as long as it does. */
  @Nullable Refusal ended();

  /** One that does not end. */
  static Proof forever(Principal principal) {
    return new Proof() {
      @Override
      public Principal principal() {
        return principal;
      }

      @Override
      public @Nullable Refusal ended() {
        return null;
      }
    };
  }

  /** The status with which the current call has to end by now; null as long as it may go on. */
  static @Nullable Status endOfCall() {
    Refusal ended = CURRENT.get().ended();
    return ended == null ? null : ended.status();
  }
}
