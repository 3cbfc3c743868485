/**
 * Replays a dataset against a server as its visitors would: catalogue first, then every click in
 * time order, with recall by progressive validation over time. The command is confined to its main
 * thread; the freshness probe has one of its own.
 */
@NullMarked
package dev.dolmen.traffic.replay;

import org.jspecify.annotations.NullMarked;
