package dev.dolmen.server;

import dev.dolmen.server.api.Endpoints;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What another backend is about to serve; all of that is the other's, and stays open. */
final class RehearsalBackend implements Backend {
  private final Rehearsal.Services served;

  RehearsalBackend(Rehearsal.Services served) {
    this.served = served;
  }

  @Override
  public List<ServerServiceDefinition> services(Endpoints endpoints) {
    return served.apply(endpoints);
  }

  @Override
  public void awaitModel(Consumer<Supplier<String>> why) {}

  @Override
  public void warmUp() {}

  @Override
  public String failure() {
    return "";
  }

  @Override
  public String notToBeAsked() {
    return "";
  }

  @Override
  public String notTaking() {
    return "a rehearsal takes nothing";
  }

  @Override
  public void whenTaking(Runnable then) {}

  @Override
  public void whenFailed(Consumer<String> then) {}

  @Override
  public String describe() {
    return "a rehearsal";
  }

  @Override
  public void close() {}
}
