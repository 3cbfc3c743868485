package dev.dolmen.server.access;

import java.net.SocketAddress;

/** Is told of each sign-in at the issuer, whether or not it is taken. Any thread. */
public interface SignIns {
  /**
   * Somebody signed in; before the answer goes out.
   *
   * @param who as all calls with the token will be known
   * @param remote the other end of the connection
   */
  void signedIn(Principal who, SocketAddress remote);

  /** Somebody did not; before the answer goes out. */
  void notSignedIn(Refusal refusal, SocketAddress remote);
}
