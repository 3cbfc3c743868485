/**
 * {@code dolmen drill cluster}: brokers, trainers and servers as processes of their own, under
 * steady load, while one thing after another goes wrong.
 *
 * <p>May depend on what the drills may. Each class is one thread's, unless it says otherwise.
 */
@NullMarked
package dev.dolmen.traffic.drill.cluster;

import org.jspecify.annotations.NullMarked;
