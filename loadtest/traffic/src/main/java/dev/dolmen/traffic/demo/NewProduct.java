package dev.dolmen.traffic.demo;

import dev.dolmen.v1.Item;
import java.util.List;

/**
 * A product that the shop did not have, for visitors whose taste it fits.
 *
 * @param item what the server is told of it
 * @param visit ids of the products whose clicks lead to it, in order
 * @param siblings ids of the products that are like it in all but the variant, and were always
 *     there
 */
public record NewProduct(Item item, List<String> visit, List<String> siblings) {}
