package dev.dolmen.model;

import dev.dolmen.model.item.ItemActivations;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.session.SessionActivations;

/**
 * Scratch memory of one thread for encoding. Grows to what is needed and stays there: its bound is
 * the largest request that came.
 */
public final class Workspace {
  final ItemActivations items = new ItemActivations();
  final SessionActivations sessions = new SessionActivations();
  final KernelScratch scratch = new KernelScratch();

  public Workspace() {}
}
