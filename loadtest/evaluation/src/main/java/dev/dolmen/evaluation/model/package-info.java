/**
 * The models that can be compared, behind one interface ({@link
 * dev.dolmen.evaluation.model.EvalModel}): the product, learned and ranked by the code that serves,
 * its variations, baselines and networks. A model sees clicks and predictions one after the other
 * and knows no plan. One thread.
 */
@NullMarked
package dev.dolmen.evaluation.model;

import org.jspecify.annotations.NullMarked;
