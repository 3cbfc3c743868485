/**
 * The audit log: who changed items or took snapshots, what came of it, who was not let in, and who
 * signed in to the console. Stands behind the gate, before all services. Its state may be used by
 * any thread.
 */
@NullMarked
package dev.dolmen.server.audit;

import org.jspecify.annotations.NullMarked;
