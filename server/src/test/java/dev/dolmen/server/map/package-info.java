/** Tests of the map of items: the plane against a slow oracle, points against vectors. */
@NullMarked
package dev.dolmen.server.map;

import org.jspecify.annotations.NullMarked;
