/**
 * Items drawn: their vectors as points of a plane ({@link dev.dolmen.server.map.ItemMap}). May use
 * the trainer's read side and {@code budget}. Any thread; how the plane lies is computed by one of
 * those that ask and shared by the others.
 */
@NullMarked
package dev.dolmen.server.map;

import org.jspecify.annotations.NullMarked;
