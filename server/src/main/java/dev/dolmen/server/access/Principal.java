package dev.dolmen.server.access;

import io.grpc.Context;
import java.util.Set;

/**
 * Who makes a call, as it was proven.
 *
 * @param name for logs, quotas and the audit log: a key's name, a token's subject, a certificate's
 *     name; never a secret
 * @param roles what it may do
 */
public record Principal(String name, Set<Role> roles) {
  /** Anybody, where no proof is asked for. */
  public static final Principal ANYBODY = new Principal("anybody", Set.of(Role.values()));

  private static final Context.Key<Principal> CURRENT =
      Context.keyWithDefault("dolmen-principal", ANYBODY);

  /** Copies the roles. */
  public Principal {
    roles = Set.copyOf(roles);
  }

  /** Who makes the call whose context this thread runs in. */
  public static Principal current() {
    return CURRENT.get();
  }

  /** The context in which a call of this principal runs. */
  public Context in(Context context) {
    return context.withValue(CURRENT, this);
  }

  /** Whether it may do what the role stands for. */
  public boolean may(Role role) {
    return roles.contains(role);
  }
}
